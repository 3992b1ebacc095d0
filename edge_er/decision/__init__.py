"""Decision: from ranked candidates to confidence, decision and answer."""
