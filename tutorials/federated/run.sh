#!/usr/bin/env bash
# A server and three clients as processes of this machine: pip install 'keras-gan[demo,federated]', then `OUT=$PWD/out ./run.sh`.
# Without --insecure Flower asks for certificates: give it yours (--ssl-certfile and others) where machines talk over a network.
set -euo pipefail
cd "$(dirname "$0")"
export OUT=${OUT:-$PWD/out} FLWR_HOME=${FLWR_HOME:-$(mktemp -d)}
mkdir -p "$FLWR_HOME" "$OUT"
cat > "$FLWR_HOME/config.toml" << END
[superlink]
default = "here"

[superlink.here]
address = "127.0.0.1:8765"
insecure = true
END
processes=()
trap 'kill "${processes[@]}" 2> /dev/null || true' EXIT
flower-superlink --insecure --port 8765 --disable-runtime-dependency-installation > "$OUT/server.log" 2>&1 &
processes+=($!)
sleep 5
for i in 0 1 2; do
    flower-supernode --insecure --superlink 127.0.0.1:8765 \
        --port "$((8766 + i))" --node-config "partition-id=$i num-partitions=3" \
        > "$OUT/client-$i.log" 2>&1 &
    processes+=($!)
done
flwr run . here --stream
