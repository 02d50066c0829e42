"""What a team that writes Python would have: FastAPI and uvicorn, on uvloop and httptools, before onnxruntime. Arguments: the file of a model."""

import sys

import numpy
import onnxruntime
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
app = FastAPI()


class Input(BaseModel):
    name: str
    shape: list[int]
    datatype: str
    data: list[float]


class Request(BaseModel):
    inputs: list[Input]


@app.post("/infer")
async def infer(request: Request):
    values = {each.name: numpy.array(each.data, numpy.float32).reshape(each.shape) for each in request.inputs}
    names = [output.name for output in session.get_outputs()]
    answers = zip(names, session.run(names, values))
    return {
        "outputs": [
            {"name": name, "datatype": "FP32", "shape": list(answer.shape), "data": answer.ravel().tolist()}
            for name, answer in answers
        ]
    }


uvicorn.run(app, host="127.0.0.1", port=0, loop="uvloop", http="httptools", access_log=False)
