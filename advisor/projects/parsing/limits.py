"""How large may an uploaded file be? MB = 10⁶ bytes, KiB = 1,024 bytes."""

FILE_BYTES = 25_000_000
UNPACKED_BYTES = 50_000_000
ROWS = 20_000
COLUMNS = 64
FIELD_BYTES = 32 * 1024
FIELD_WARN_BYTES = 8 * 1024
HEADER_CHARACTERS = 64
ID_CHARACTERS = 120
DEPTH = 32
VALUES = 3_000_000  # of one JSON text; 20,000 rows of 64 columns are 1,280,000
KEYS = 1_000  # of one nested object
ZIP_ENTRIES = 1_000
ZIP_RATIO = 100  # per entry above ZIP_RATIO_FROM bytes
ZIP_RATIO_FROM = 100 * 1024
PROBLEMS = 20_000  # listed: one for each row; the rest is counted
CPU_SECONDS = 60
MEMORY_BYTES = 512_000_000
