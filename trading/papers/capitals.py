"""Amounts in capitals (人民币大写), as they stand on every paper beside the figures."""

from __future__ import annotations

import cn2an

from trading.base.errors import InvalidInput
from trading.base.money import FEN_PER_YUAN, MAX_FEN


def capitals(amount_fen: int) -> str:
    """Return ``amount_fen`` in Chinese capitals: ``壹万伍仟陆佰元伍角``.

    Raises ``InvalidInput`` below 0 and above 10^15 fen.
    """
    if not 0 <= amount_fen <= MAX_FEN:
        raise InvalidInput("no amount to write in capitals", field="amount_fen")
    yuan, fen = divmod(amount_fen, FEN_PER_YUAN)
    figures = f"{yuan}.{fen:02d}" if fen else str(yuan)
    return str(cn2an.an2cn(figures, "rmb"))
