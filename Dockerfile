# The image of the docker hooks, and of an agent that runs in a container:
#   docker run -v "$PWD/plans:/plans" IMAGE agent /plans
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /watchbill ./cmd/watchbill

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /watchbill /usr/local/bin/watchbill
ENV PATH=/usr/local/bin
USER 65532:65532
