"""Finds the entity that a spoken or typed request names: small, offline, the same answer on every device.

>>> from edge_er import EntityResolver
>>> EntityResolver.load("radio_es").resolve("pon la cadena ser").best.name
'Cadena SER'
"""

import logging

from edge_er.bundle.entity import Entity
from edge_er.bundle.manifest_types import Manifest, Report
from edge_er.decision.explanation import Explanation
from edge_er.encoder.encoder import Encoder
from edge_er.errors import (
    BudgetExceededError,
    BuildError,
    BundleBusyError,
    BundleCorruptError,
    BundleError,
    BundleNotFoundError,
    BundleUntrustedError,
    BundleVersionError,
    CatalogError,
    DeltaError,
    EdgeERError,
    EncoderError,
    EngineError,
    FilterError,
    QualityGateError,
    RecipeError,
    RequestFileError,
    VoiceError,
)
from edge_er.resolver import EntityResolver, Match, PersonalResolver, Resolution, Suggestion
from edge_er.text.canonical import canonical_text

__version__ = "0.2.0"

__all__ = [
    "BudgetExceededError",
    "BuildError",
    "BundleBusyError",
    "BundleCorruptError",
    "BundleError",
    "BundleNotFoundError",
    "BundleUntrustedError",
    "BundleVersionError",
    "CatalogError",
    "DeltaError",
    "EdgeERError",
    "Encoder",
    "EncoderError",
    "EngineError",
    "Entity",
    "EntityResolver",
    "Explanation",
    "FilterError",
    "Manifest",
    "Match",
    "PersonalResolver",
    "QualityGateError",
    "RecipeError",
    "Report",
    "RequestFileError",
    "Resolution",
    "Suggestion",
    "VoiceError",
    "canonical_text",
]

logging.getLogger(__name__).addHandler(logging.NullHandler())
