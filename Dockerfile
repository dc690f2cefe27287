# The image of the docker hooks, and of an agent that runs in a container:
#   docker run -v "$PWD/plans:/plans" IMAGE agent /plans
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /watchbill ./cmd/watchbill

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /watchbill /usr/local/bin/watchbill
ENV PATH=/usr/local/bin
