/**
 * Definition of the Open Inference Protocol over gRPC in Protocol Buffers, with the calls of Triton that this
 * server answers. Names, numbers and types are those of https://github.com/kserve/open-inference-protocol
 * (open_inference_grpc.proto) and https://github.com/triton-inference-server/common (grpc_service.proto,
 * model_config.proto).
 */
export const protocol = `
syntax = "proto3";
package inference;

service GRPCInferenceService {
  // Whether the process answers.
  rpc ServerLive(ServerLiveRequest) returns (ServerLiveResponse) {}
  // Whether it takes requests.
  rpc ServerReady(ServerReadyRequest) returns (ServerReadyResponse) {}
  // Whether a version of a model answers, or would be loaded for a request.
  rpc ModelReady(ModelReadyRequest) returns (ModelReadyResponse) {}
  // The server, and the extensions that it has.
  rpc ServerMetadata(ServerMetadataRequest) returns (ServerMetadataResponse) {}
  // What a model takes and gives.
  rpc ModelMetadata(ModelMetadataRequest) returns (ModelMetadataResponse) {}
  // Tensors in, tensors out.
  rpc ModelInfer(ModelInferRequest) returns (ModelInferResponse) {}

  // Of Triton: a model's configuration.
  rpc ModelConfig(ModelConfigRequest) returns (ModelConfigResponse) {}
  // Of Triton: what a model, or all in memory, have answered so far.
  rpc ModelStatistics(ModelStatisticsRequest) returns (ModelStatisticsResponse) {}
  // Of Triton: the models, and how it stands with them.
  rpc RepositoryIndex(RepositoryIndexRequest) returns (RepositoryIndexResponse) {}
  // Of Triton: loads a model. Needs a token with the right manage.
  rpc RepositoryModelLoad(RepositoryModelLoadRequest) returns (RepositoryModelLoadResponse) {}
  // Of Triton: unloads a model. Needs a token with the right manage.
  rpc RepositoryModelUnload(RepositoryModelUnloadRequest) returns (RepositoryModelUnloadResponse) {}
}

message ServerLiveRequest {}
message ServerLiveResponse { bool live = 1; }

message ServerReadyRequest {}
message ServerReadyResponse { bool ready = 1; }

// Wherever a version is asked for: a number or an alias; empty for the standard version.
message ModelReadyRequest {
  string name = 1;
  string version = 2;
}
message ModelReadyResponse { bool ready = 1; }

message ServerMetadataRequest {}
message ServerMetadataResponse {
  string name = 1;
  string version = 2;
  repeated string extensions = 3;
}

message ModelMetadataRequest {
  string name = 1;
  string version = 2;
}
message ModelMetadataResponse {
  message TensorMetadata {
    string name = 1;
    string datatype = 2;
    // -1 for a length that varies.
    repeated int64 shape = 3;
  }
  string name = 1;
  repeated string versions = 2;
  string platform = 3;
  repeated TensorMetadata inputs = 4;
  repeated TensorMetadata outputs = 5;
  map<string, string> properties = 6;
}

message ModelInferRequest {
  message InferInputTensor {
    string name = 1;
    string datatype = 2;
    repeated int64 shape = 3;
    map<string, InferParameter> parameters = 4;
    // Absent where raw_input_contents has the elements.
    InferTensorContents contents = 5;
  }
  message InferRequestedOutputTensor {
    string name = 1;
    map<string, InferParameter> parameters = 2;
  }
  string model_name = 1;
  string model_version = 2;
  // Comes back with the answer.
  string id = 3;
  // timeout: microseconds, as in Triton.
  map<string, InferParameter> parameters = 4;
  repeated InferInputTensor inputs = 5;
  // Outputs that are wanted, in this order; none for all.
  repeated InferRequestedOutputTensor outputs = 6;
  // The elements of each input, in the order of the inputs: little-endian, row by row, a BOOL in a byte, BYTES each behind
  // its length in 32 bits.
  repeated bytes raw_input_contents = 7;
}

message ModelInferResponse {
  message InferOutputTensor {
    string name = 1;
    string datatype = 2;
    repeated int64 shape = 3;
    map<string, InferParameter> parameters = 4;
    // Not used: raw_output_contents has the elements.
    InferTensorContents contents = 5;
  }
  string model_name = 1;
  // The version that answered.
  string model_version = 2;
  string id = 3;
  map<string, InferParameter> parameters = 4;
  repeated InferOutputTensor outputs = 5;
  // The elements of each output, as those of raw_input_contents.
  repeated bytes raw_output_contents = 6;
}

message InferParameter {
  oneof parameter_choice {
    bool bool_param = 1;
    int64 int64_param = 2;
    string string_param = 3;
    double double_param = 4;
    uint64 uint64_param = 5;
  }
}

// Elements row by row, in the field of their datatype; FP16 has none and travels as raw contents.
message InferTensorContents {
  repeated bool bool_contents = 1;
  // INT8, INT16 and INT32.
  repeated int32 int_contents = 2;
  repeated int64 int64_contents = 3;
  // UINT8, UINT16 and UINT32.
  repeated uint32 uint_contents = 4;
  repeated uint64 uint64_contents = 5;
  repeated float fp32_contents = 6;
  repeated double fp64_contents = 7;
  repeated bytes bytes_contents = 8;
}

message ModelConfigRequest {
  string name = 1;
  string version = 2;
}
message ModelConfigResponse { ModelConfig config = 1; }

enum DataType {
  TYPE_INVALID = 0;
  TYPE_BOOL = 1;
  TYPE_UINT8 = 2;
  TYPE_UINT16 = 3;
  TYPE_UINT32 = 4;
  TYPE_UINT64 = 5;
  TYPE_INT8 = 6;
  TYPE_INT16 = 7;
  TYPE_INT32 = 8;
  TYPE_INT64 = 9;
  TYPE_FP16 = 10;
  TYPE_FP32 = 11;
  TYPE_FP64 = 12;
  TYPE_STRING = 13;
  TYPE_BF16 = 14;
}

message ModelInput {
  string name = 1;
  DataType data_type = 2;
  // Without the dimension of rows, where rows of several requests run together.
  repeated int64 dims = 4;
}
message ModelOutput {
  string name = 1;
  DataType data_type = 2;
  repeated int64 dims = 3;
}
message ModelDynamicBatching { uint64 max_queue_delay_microseconds = 2; }

// Of Triton's configuration, what this server has.
message ModelConfig {
  string name = 1;
  string platform = 2;
  string backend = 17;
  // Rows that run together at most; 0 where they can't.
  int32 max_batch_size = 4;
  repeated ModelInput input = 5;
  repeated ModelOutput output = 6;
  oneof scheduling_choice { ModelDynamicBatching dynamic_batching = 11; }
}

message ModelStatisticsRequest {
  // Empty for all models in memory.
  string name = 1;
  string version = 2;
}
message ModelStatisticsResponse { repeated ModelStatistics model_stats = 1; }

message StatisticDuration {
  uint64 count = 1;
  uint64 ns = 2;
}
message InferStatistics {
  StatisticDuration success = 1;
  StatisticDuration fail = 2;
  StatisticDuration queue = 3;
  StatisticDuration compute_input = 4;
  StatisticDuration compute_infer = 5;
  StatisticDuration compute_output = 6;
  StatisticDuration cache_hit = 7;
  StatisticDuration cache_miss = 8;
}
message InferBatchStatistics {
  uint64 batch_size = 1;
  StatisticDuration compute_input = 2;
  StatisticDuration compute_infer = 3;
  StatisticDuration compute_output = 4;
}
message ModelStatistics {
  string name = 1;
  string version = 2;
  // ms since 1970; 0: never.
  uint64 last_inference = 3;
  // Rows that were answered.
  uint64 inference_count = 4;
  uint64 execution_count = 5;
  InferStatistics inference_stats = 6;
  repeated InferBatchStatistics batch_stats = 7;
}

message ModelRepositoryParameter {
  oneof parameter_choice {
    bool bool_param = 1;
    int64 int64_param = 2;
    string string_param = 3;
    bytes bytes_param = 4;
  }
}

message RepositoryIndexRequest {
  string repository_name = 1;
  // Only the models that are ready.
  bool ready = 2;
}
message RepositoryIndexResponse {
  message ModelIndex {
    string name = 1;
    string version = 2;
    // READY or UNAVAILABLE.
    string state = 3;
    string reason = 4;
  }
  repeated ModelIndex models = 1;
}

message RepositoryModelLoadRequest {
  string repository_name = 1;
  string model_name = 2;
  map<string, ModelRepositoryParameter> parameters = 3;
}
message RepositoryModelLoadResponse {}

message RepositoryModelUnloadRequest {
  string repository_name = 1;
  string model_name = 2;
  map<string, ModelRepositoryParameter> parameters = 3;
}
message RepositoryModelUnloadResponse {}
`;
