"""The description of the JSON endpoint, in OpenAPI 3.1."""

from __future__ import annotations

from typing import Any

from quorum_watch import __version__
from quorum_watch.vocabulary import Channel, Verdict, VoteRule

_LINES = {"type": "array", "items": {"type": "string"}, "maxItems": 5000}
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "what"],
            "properties": {"code": {"type": "string"}, "what": {"type": "string"}},
        }
    },
}


def document() -> dict[str, Any]:
    """The OpenAPI document as plain values."""
    request = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "as": {"type": "string", "description": "Person id of whoever asks; left out where they signed in."},
            "to": _LINES,
            "cc": _LINES,
            "bcc": _LINES,
            "already": {**_LINES, "description": "Who is in the chat, or wrote under the post."},
            "outsiders": {**_LINES, "description": "Addresses known to belong to no member."},
            "subject": {"type": "string"},
            "text": {"type": "string"},
            "eml": {"type": "string", "description": "A whole message instead of to, cc, bcc, subject and text."},
            "channel": {"enum": [c.value for c in Channel], "default": "email"},
            "vote_rule": {"enum": ["", *(r.value for r in VoteRule)]},
            "attachments": {"type": "integer", "minimum": 0, "maximum": 5000},
        },
    }
    advice = {
        "type": "object",
        "required": ["schema", "verdict", "headline", "do", "why", "not_seen"],
        "properties": {
            "schema": {"const": "quorum-watch/advice/1"},
            "verdict": {"enum": [v.value for v in Verdict]},
            "headline": {"type": "string"},
            "do": {"type": "array", "items": {"type": "string"}},
            "why": {"type": "array", "items": {"type": "object"}},
            "not_seen": {"type": "array", "items": {"type": "string"}},
        },
    }
    errors = {
        str(status): {"description": text, "content": {"application/json": {"schema": _ERROR}}}
        for status, text in (
            (400, "Not JSON of this shape."),
            (401, "Nobody signed in."),
            (403, "From another site, or in another person's name."),
            (405, "Only POST."),
            (408, "The request took too long to arrive."),
            (413, "Too large."),
            (415, "Not JSON."),
            (429, "Too many requests."),
        )
    }
    answer = {"200": {"description": "Advice.", "content": {"application/json": {"schema": advice}}}, **errors}
    return {
        "openapi": "3.1.0",
        "info": {"title": "quorum-watch self-check", "version": __version__},
        "paths": {
            "/api/check": {
                "post": {
                    "summary": "Advice on a message before it is sent. Nothing is stored.",
                    "operationId": "check",
                    "requestBody": {"required": True, "content": {"application/json": {"schema": request}}},
                    "responses": answer,
                }
            }
        },
    }
