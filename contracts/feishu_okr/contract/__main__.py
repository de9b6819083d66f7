"""`python -m feishu_okr.contract [FOLDER]` checks the contract's files in full; exit 1 if anything is wrong."""

import sys
from pathlib import Path

from feishu_okr.contract.lint import lint
from feishu_okr.contract.reader import data_folder

if __name__ == "__main__":
    mistakes = lint(Path(sys.argv[1]) if sys.argv[1:] else data_folder())
    for mistake in mistakes:
        sys.stderr.write(f"{mistake}\n")
    sys.stdout.write("the contract's files hold\n" if not mistakes else f"{len(mistakes)} mistakes\n")
    sys.exit(bool(mistakes))
