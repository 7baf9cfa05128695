"""Print the published JSON Schema of a setup."""

import sys

from advisor.projects.schema.publish import as_text

if __name__ == "__main__":
    sys.stdout.write(as_text())
