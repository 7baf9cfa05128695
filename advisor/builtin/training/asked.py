"""What is one example of a task, whichever task it is?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Hold a task's name, what is put into its prompt and the answer in full."""

    task: str
    text: str
    answer: str
