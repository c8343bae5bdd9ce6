#!/bin/bash
# inside.sh: the first thing inside the machine of deploy-test.sh.
set -euo pipefail
cd /run/test
uname -sr
systemctl --version | head -n 1
for part in $(cat parts); do
	bash "scripts/deploy-test/$part.sh"
done
echo "deploy-test: passed"
