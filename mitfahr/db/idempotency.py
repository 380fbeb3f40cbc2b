"""Every changing form can be sent twice: the first answer is kept with its key and given again."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from mitfahr.db.base import Base
from mitfahr.domain.errors import IdempotencyConflict

MAX_KEY = 100


class IdempotencyKey(Base):
    """What `actor` sent under `key` (its hash), and what was answered."""

    __tablename__ = "idempotency_key"

    actor_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(MAX_KEY), primary_key=True)
    body_hash: Mapped[str] = mapped_column(sa.String(64))
    answer: Mapped[dict[str, Any] | None]
    created_at: Mapped[dt.datetime] = mapped_column(index=True)


def claim(
    session: Session, actor_id: str, key: str, body: Mapping[str, Any], now: dt.datetime
) -> dict[str, Any] | None:
    """Claim `key` for this transaction; the kept answer if it was answered before.

    Must be the first statement of the transaction: when the same form arrives twice at once, the
    second waits here until the first has committed (then it gets its answer) or failed (then it goes
    ahead itself). Raises IdempotencyConflict when the key was used with another body.
    """
    body_hash = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    claimed = session.execute(
        dialect.insert(IdempotencyKey)
        .values(actor_id=actor_id, key=key, body_hash=body_hash, created_at=now)
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    )
    if claimed.first() is not None:
        return None
    known = session.execute(
        select(IdempotencyKey.body_hash, IdempotencyKey.answer).where(
            IdempotencyKey.actor_id == actor_id, IdempotencyKey.key == key
        )
    ).one()
    if known.body_hash != body_hash or known.answer is None:
        raise IdempotencyConflict()
    return dict(known.answer)


def keep_answer(session: Session, actor_id: str, key: str, answer: Mapping[str, Any]) -> None:
    """Keep `answer` for whoever sends the same form again; commits with everything else."""
    session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.actor_id == actor_id, IdempotencyKey.key == key)
        .values(answer=dict(answer))
    )
