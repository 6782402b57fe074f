"""Who may look: a login link that works once, and the session that it opens."""

import secrets
from dataclasses import dataclass, field
from threading import Lock

COOKIE = "stocktake_session"


@dataclass
class Session:
    """One browser that came in by a link. ``name`` and ``reason`` are what its user stated, if anything.

    ``number`` tells the sessions of one run apart in the ledger; ``asked`` is whether the user was asked.
    """

    key: str
    number: int
    name: str = ""
    reason: str = ""
    asked: bool = False


@dataclass
class Door:
    """The login tokens that are still good and the sessions that they opened; held in memory only."""

    _tokens: set[str] = field(default_factory=set)
    _sessions: dict[str, Session] = field(default_factory=dict)
    _opened: int = 0
    _lock: Lock = field(default_factory=Lock)

    def new_token(self) -> str:
        """A fresh token for a login link; links printed before and not yet used stop working."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._tokens = {token}
        return token

    def admit(self, token: str) -> None:
        """Let ``token`` open one session."""
        with self._lock:
            self._tokens.add(token)

    def enter(self, token: str) -> Session | None:
        """Use ``token`` up and open a session; None where it is wrong or was used."""
        given = token.encode()
        with self._lock:
            fitting = [known for known in self._tokens if secrets.compare_digest(known.encode(), given)]
            if not fitting:
                return None
            self._tokens.discard(fitting[0])
            self._opened += 1
            session = Session(key=secrets.token_urlsafe(32), number=self._opened)
            self._sessions[session.key] = session
            return session

    def session(self, key: str | None) -> Session | None:
        """The session that a cookie's value stands for."""
        if not key:
            return None
        given = key.encode()
        with self._lock:
            for known, session in self._sessions.items():
                if secrets.compare_digest(known.encode(), given):
                    return session
        return None

    def leave(self, session: Session) -> None:
        """End ``session``."""
        with self._lock:
            self._sessions.pop(session.key, None)
