"""The host that multiplies, on a system that grants none of the walls."""

from tests.engines.breeding_host import main

main()
