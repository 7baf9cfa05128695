"""What is a setup, as form, API and command line write it? Pure values.

``parse_setup`` reads one and raises ``SetupInvalid`` with everything wrong at once;
``rule_sha256`` and ``sample_order`` fix what decides and in which order.
"""

from advisor.projects.schema.files import SetupFiles, read_files, read_given
from advisor.projects.schema.known import Known
from advisor.projects.schema.parse import parse_setup
from advisor.projects.schema.problems import Problem, SetupInvalid
from advisor.projects.schema.rule import rule_of, rule_sha256, sample_order
from advisor.projects.schema.samples import (
    about_file,
    beyond_context,
    check_samples,
    too_long,
    without_reference,
)
from advisor.projects.schema.values import CandidateSpec, PriceSpec, Setup

__all__ = [
    "CandidateSpec",
    "Known",
    "PriceSpec",
    "Problem",
    "Setup",
    "SetupFiles",
    "SetupInvalid",
    "about_file",
    "beyond_context",
    "check_samples",
    "parse_setup",
    "read_files",
    "read_given",
    "rule_of",
    "rule_sha256",
    "sample_order",
    "too_long",
    "without_reference",
]
