"""Which check looks at which form of candidate."""

from collections.abc import Callable

from stocktake.observables import contacts, hosts, numbers, openpgp, wallets
from stocktake.observables.candidates import Form
from stocktake.observables.finding import Finding

Check = Callable[[bytes, int], Finding | None]

CHECKS: dict[Form, Check] = {
    Form.EMAIL: contacts.mail,
    Form.JABBER: contacts.jabber,
    Form.HANDLE: contacts.telegram_handle,
    Form.TELEGRAM_LINK: contacts.telegram_link,
    Form.SIGNAL_LINK: contacts.signal_link,
    Form.PHONE_INTERNATIONAL: contacts.international,
    Form.PHONE_NATIONAL: contacts.national,
    Form.POSTCODE: contacts.postcode,
    Form.WICKR: contacts.wickr,
    Form.SESSION: contacts.session,
    Form.URL: hosts.url,
    Form.DOMAIN: hosts.domain,
    Form.ONION: hosts.onion,
    Form.IPV4: hosts.ipv4,
    Form.IPV6: hosts.ipv6,
    Form.CARD: numbers.card,
    Form.IBAN: numbers.iban,
    Form.S10: numbers.s10,
    Form.UPS: numbers.ups,
    Form.DPD: numbers.dpd,
    Form.DHL_WAYBILL: numbers.dhl_waybill,
    Form.DHL_PIECE: numbers.dhl_piece,
    Form.SSCC: numbers.sscc,
    Form.EVRI: numbers.evri,
    Form.BASE58: wallets.base58_address,
    Form.WIF: wallets.wif_key,
    Form.MONERO: wallets.monero_address,
    Form.EXTENDED_KEY: wallets.extended_key,
    Form.BECH32: wallets.bech32_address,
    Form.CASHADDR: wallets.cash_address,
    Form.ETHEREUM: lambda text, note: (
        openpgp.fingerprint(text, note) if note else wallets.ethereum_address(text, note)
    ),
    Form.HEX40: openpgp.fingerprint,
    Form.FINGERPRINT: openpgp.fingerprint,
    Form.HEX64: wallets.transaction_id,
    Form.ARMOUR: openpgp.block,
}

# Kinds in the order in which hits of one place are given.
KINDS = (
    "email", "phone", "uk_postcode", "ipv4", "ipv6", "url", "domain", "onion",
    "pgp_fingerprint", "pgp_block", "btc", "ltc", "bch", "doge", "eth", "xmr", "usdt_tron", "txid",
    "extended_public_key", "extended_private_key", "wif_key", "seed_phrase",
    "tracking_number", "iban", "card", "telegram", "wickr", "session_id", "signal", "jabber",
)  # fmt: skip

# Forms whose bytes may be a secret; they are looked at first, so that no other hit and no context shows them.
SECRET_FORMS = (
    Form.USERINFO,
    Form.CARD,
    Form.WIF,
    Form.EXTENDED_KEY,
    Form.SEED,
    Form.ARMOUR,
    Form.ARMOUR_END,
)
