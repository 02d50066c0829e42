# syntax=docker/dockerfile:1
# A coordinator: docker build -t murmuration . && docs/guides/run-a-coordinator.md
FROM node:22-slim AS build
WORKDIR /build
COPY . .
RUN npm ci --ignore-scripts && npm run build && find . -path "*/dist/*" -not -path "./node_modules/*" -name "*.map" -delete

# What the coordinator needs when it runs; npm wants the manifests of all workspaces that the lock file names.
FROM node:22-slim AS packages
WORKDIR /murmuration
COPY package.json package-lock.json .npmrc ./
COPY protocol/package.json protocol/
COPY privacy/package.json privacy/
COPY engine/package.json engine/
COPY coordinator/api/package.json coordinator/api/
COPY serving/client/package.json serving/client/
COPY monitoring/package.json monitoring/
COPY sql/package.json sql/
COPY serving/server/package.json serving/server/
COPY coordinator/rounds/package.json coordinator/rounds/
COPY coordinator/lifecycle/package.json coordinator/lifecycle/
COPY coordinator/storage/package.json coordinator/storage/
COPY coordinator/server/package.json coordinator/server/
COPY coordinator/dashboard/package.json coordinator/dashboard/
COPY ui/package.json ui/
COPY coordinator/cli/package.json coordinator/cli/
COPY client-sdk/package.json client-sdk/
COPY demo-keyboard-app/package.json demo-keyboard-app/
COPY simulations/simulator/package.json simulations/simulator/
COPY simulations/studies/package.json simulations/studies/
COPY simulations/tuning/package.json simulations/tuning/
COPY simulations/demo/package.json simulations/demo/
COPY test/package.json test/
RUN npm ci --ignore-scripts --omit=dev --workspace=@murmuration/cli --include-workspace-root=false
# Of ONNX Runtime only what Node loads: the rest is 120 MB for pages and debuggers.
RUN cd node_modules/onnxruntime-web && rm -rf lib docs && find dist -type f \
  ! -name 'ort.node.min.mjs' ! -name 'ort.node.min.js' ! -name 'ort-wasm-simd-threaded.mjs' ! -name 'ort-wasm-simd-threaded.wasm' -delete
# Nobody debugs the packages in there: their source maps are 220 MB.
RUN find node_modules -name '*.map' -type f -delete

FROM node:22-slim
ENV NODE_ENV=production \
    MURMURATION_HOST=0.0.0.0 \
    MURMURATION_PORT=8800 \
    MURMURATION_STORAGE=/state
RUN mkdir /state && chown node:node /state
WORKDIR /murmuration
COPY --from=packages /murmuration/node_modules node_modules
COPY package.json LICENSE ./
COPY protocol/package.json protocol/
COPY privacy/package.json privacy/
COPY engine/package.json engine/
COPY coordinator/api/package.json coordinator/api/
COPY serving/client/package.json serving/client/
COPY monitoring/package.json monitoring/
COPY sql/package.json sql/
COPY serving/server/package.json serving/server/
COPY coordinator/rounds/package.json coordinator/rounds/
COPY coordinator/lifecycle/package.json coordinator/lifecycle/
COPY coordinator/storage/package.json coordinator/storage/
COPY coordinator/server/package.json coordinator/server/
COPY coordinator/cli/package.json coordinator/cli/
COPY --from=build /build/protocol/dist protocol/dist
COPY --from=build /build/privacy/dist privacy/dist
COPY --from=build /build/engine/dist engine/dist
COPY --from=build /build/coordinator/api/dist coordinator/api/dist
COPY --from=build /build/serving/client/dist serving/client/dist
COPY --from=build /build/monitoring/dist monitoring/dist
COPY --from=build /build/sql/dist sql/dist
COPY --from=build /build/serving/server/dist serving/server/dist
COPY --from=build /build/coordinator/rounds/dist coordinator/rounds/dist
COPY --from=build /build/coordinator/lifecycle/dist coordinator/lifecycle/dist
COPY --from=build /build/coordinator/storage/dist coordinator/storage/dist
COPY --from=build /build/coordinator/server/dist coordinator/server/dist
COPY --from=build /build/coordinator/cli/dist coordinator/cli/dist
USER node
VOLUME /state
EXPOSE 8800
# A coordinator closes its connections and leaves its rounds to the next one.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.MURMURATION_PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/murmuration/coordinator/cli/dist/cli.js"]
# Tasks lie here, so that they find the packages; mount or copy yours.
CMD ["serve", "tasks/task.js"]
