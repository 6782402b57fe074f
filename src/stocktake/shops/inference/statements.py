"""The statement of each canonical table, from the columns that were chosen for it."""

from collections.abc import Callable

from stocktake.engine.duck import literal, quoted
from stocktake.shops.inference.expressions import Rows
from stocktake.shops.inference.folder import Folder
from stocktake.shops.inference.profile import Place
from stocktake.shops.inference.proposal import TableMapping

# Parts of words that say an address is the one of the bill.
_BILLING = ("bill", "rech", "fact", "fakt", "invoice", "pay")


def _orders(folder: Folder, mapping: TableMapping) -> str:
    rows = Rows(folder, mapping)
    guests = any(
        m.table == "accounts" and m.entity.name == mapping.entity.name for m in folder.proposal.mappings
    )
    account = rows.reference("account_id", "account")
    if guests:
        account = f"COALESCE({account}, 'account:' || t._ref)" if account else "'account:' || t._ref"
    placed, choice = rows.moment("placed_at"), mapping.choices.get("placed_at")
    rows.give(
        order_id="'order:' || t._ref",
        site_id="site.site_id",
        number=rows.text("number") or "t._ref",
        account_id=account,
        vendor_account_id=rows.reference("vendor_account_id", "account"),
        placed_at=placed,
    )
    for slot in ("paid_at", "shipped_at", "completed_at"):
        rows.give(**{slot: rows.moment(slot)})
    _status(rows, "status_words", "'unknown'")
    for slot in ("subtotal", "shipping", "discount", "tax", "total"):
        amount = rows.amount(slot)
        rows.give(**{slot: f"ABS({amount})" if amount and slot == "discount" else amount})
    rows.give(
        currency=_currency(rows, "currency"),
        ip=rows.text("ip"),
        user_agent=rows.text("user_agent"),
        customer_note=rows.text("customer_note"),
    )
    if placed and placed.startswith("local_to_utc") and choice is not None:
        recorded = rows.recorded("placed_at")
        rows.give(placed_at_recorded=f"CASE WHEN site.time_zone IS NULL THEN CAST({recorded} AS VARCHAR) END")
    return rows.statement()


def _currency(rows: Rows, slot: str) -> str:
    choice = rows.mapping.choices.get(slot)
    if choice is not None and choice.of_order:
        return _of_order(rows)
    recorded = rows.text(slot)
    return f"COALESCE({recorded}, site.currency)" if recorded else "site.currency"


def _of_order(rows: Rows) -> str:
    """SQL of the currency of the order that a row names."""
    named = rows.mapping.choices["order_id"]
    order = next(m for m in rows.folder.proposal.of("orders") if "currency" in m.choices)
    if named.target is None:
        return "site.currency"
    within = Rows(rows.folder, order)
    currency = within.text("currency") or "NULL"
    joins = "".join(f"\n  {join}" for join in within.joins)
    key = quoted(rows.folder.spelled[order.entity.name][named.target[1].place])
    rows.joins.append(
        f"LEFT JOIN (\n  SELECT CAST(t.{key} AS VARCHAR) AS id, MIN({currency}) AS currency\n"
        f"  FROM {rows.folder.views[order.entity.name]} AS t{joins}\n  GROUP BY CAST(t.{key} AS VARCHAR)\n"
        f") AS o_currency ON o_currency.id = {rows.recorded_text('order_id')}"
    )
    return "COALESCE(o_currency.currency, site.currency)"


def _status(rows: Rows, words: str, default: str) -> None:
    recorded = rows.text("status")
    if recorded is None:
        rows.give(status=default)
        return
    rows.joins.append(f"LEFT JOIN {words} AS w ON w.recorded = LOWER({recorded})")
    rows.give(status=f"COALESCE(w.status, {default})")
    if words == "status_words":
        rows.give(status_recorded=recorded)


def _order_lines(folder: Folder, mapping: TableMapping) -> str:
    rows = Rows(folder, mapping)
    inside = _is_order(folder, mapping)
    quantity = rows.amount("quantity")
    price, total = rows.amount("unit_price"), rows.amount("line_total")
    if _place(mapping, "unit_price") == _place(mapping, "line_total"):
        price = None
    rows.give(
        line_id=f"'line:' || {rows.ref}",
        order_id="'order:' || t._ref" if inside else rows.reference("order_id", "order"),
        listing_id=rows.reference("listing_id", "listing"),
        title=rows.text("title"),
        variation=rows.text("variation"),
        quantity=quantity,
        unit_price=price or (f"ratio({total}, {quantity})" if total and quantity else None),
        line_total=total or (_product(price, quantity) if price and quantity else None),
        currency="site.currency",
    )
    return rows.statement()


def _accounts(folder: Folder, mapping: TableMapping) -> str:
    rows = Rows(folder, mapping)
    in_order = any(
        m.table == "orders" and m.entity.name == mapping.entity.name for m in folder.proposal.mappings
    )
    words = {word for token in mapping.entity.words for word in token}
    kind = "staff" if "staff" in words else "vendor" if "vendor" in words else "customer"
    stated = rows.text("kind")
    told = literal(kind)
    if stated and not in_order:
        told = (
            f"CASE WHEN LOWER({stated}) LIKE '%admin%' THEN 'admin'\n"
            f"    WHEN LOWER({stated}) LIKE '%staff%' OR LOWER({stated}) LIKE '%moderator%'\n"
            f"      OR LOWER({stated}) LIKE '%mitarbeiter%' THEN 'staff'\n"
            f"    WHEN LOWER({stated}) LIKE '%vendor%' OR LOWER({stated}) LIKE '%seller%' THEN 'vendor'\n"
            f"    ELSE {told} END"
        )
    rows.give(
        account_id="'account:' || t._ref",
        site_id="site.site_id",
        kind="'guest'" if in_order else told,
        username=rows.text("username"),
        email=rows.text("email"),
        display_name=rows.name(),
        phone=rows.text("phone"),
        password_hash=rows.text("password_hash"),
        created_at=rows.moment("created_at"),
        last_login_at=rows.moment("last_login_at"),
        last_login_ip=rows.text("last_login_ip"),
        balance=rows.amount("balance"),
    )
    where = None
    if in_order:
        order = next(m for m in folder.proposal.of("orders") if m.entity.name == mapping.entity.name)
        orders = Rows(folder, order, rows.joins)
        if orders.reference("account_id", "account"):
            where = "r_account_id.ref IS NULL"
    return rows.statement(where)


def _product(price: str, quantity: str) -> str:
    """SQL of one amount by another, in what a decimal of 38 digits can hold."""
    return f"TRY_CAST({price} AS DECIMAL(19, 6)) * TRY_CAST({quantity} AS DECIMAL(13, 4))"


def _is_order(folder: Folder, mapping: TableMapping) -> bool:
    """Whether the rows are an order's own, or members of a list in it."""
    return any(
        order.entity.table.label == mapping.entity.table.label for order in folder.proposal.of("orders")
    )


def _listings(folder: Folder, mapping: TableMapping) -> str:
    rows = Rows(folder, mapping)
    rows.give(
        listing_id="'listing:' || t._ref",
        site_id="site.site_id",
        vendor_account_id=rows.reference("vendor_account_id", "account"),
        title=rows.text("title"),
        description=rows.text("description"),
        category=rows.text("category"),
        price=rows.amount("price"),
        currency=_currency(rows, "currency"),
        status=rows.text("status"),
        created_at=rows.moment("created_at"),
        updated_at=rows.moment("updated_at"),
        stock=rows.amount("stock"),
    )
    return rows.statement()


def _price_tiers(folder: Folder, mapping: TableMapping) -> str:
    rows = Rows(folder, mapping)
    rows.give(
        listing_id=rows.reference("listing_id", "listing"),
        site_id="site.site_id",
        min_quantity=rows.amount("min_quantity"),
        max_quantity=rows.amount("max_quantity"),
        price=rows.amount("price"),
        price_kind="'unit'",
        currency="site.currency",
        valid_from=rows.moment("valid_from"),
        valid_to=rows.moment("valid_to"),
        customer_group=rows.text("customer_group"),
    )
    return rows.statement()


def _payments(folder: Folder, mapping: TableMapping) -> str:
    rows = Rows(folder, mapping)
    order = next((m for m in folder.proposal.of("orders") if m.entity.name == mapping.entity.name), None)
    method = rows.text("method") or rows.text("provider")
    provider = method if _place(mapping, "provider") == _place(mapping, "method") else rows.text("provider")
    amount = rows.amount("amount")
    told_apart = _place(mapping, "asset") != _place(mapping, "method")
    asset = rows.text("asset") if told_apart else None
    if method:
        rows.joins.append(
            "LEFT JOIN method_patterns AS m ON TRY_CAST(m.rank AS INTEGER) = (\n"
            "  SELECT MIN(TRY_CAST(p.rank AS INTEGER)) FROM method_patterns AS p\n"
            f"  WHERE LOWER({method}) LIKE p.pattern\n)"
        )
    sold_for_coins = "'crypto'" if asset or rows.recorded("address") else "'other'"
    rows.give(
        payment_id=f"'payment:' || {rows.ref}",
        order_id="'order:' || t._ref" if order else rows.reference("order_id", "order"),
        site_id="site.site_id",
        method=f"COALESCE(m.method, {sold_for_coins})" if method else sold_for_coins,
        provider=provider,
        amount=amount,
        currency=_currency(rows, "currency"),
        asset=f"COALESCE(UPPER({asset}), NULLIF(m.asset, ''))" if asset and method
        else f"UPPER({asset})" if asset else "NULLIF(m.asset, '')" if method else None,
        asset_amount=rows.amount("asset_amount"),
        address=rows.text("address"),
        txid=rows.text("txid"),
        card_brand=rows.text("card_brand"),
        card_last4=f"RIGHT({last4}, 4)" if (last4 := rows.text("card_last4")) else None,
        at=rows.moment("at"),
    )  # fmt: skip
    if order is None:
        at = rows.moment("at")
        unsaid = f"CASE WHEN {at} IS NOT NULL THEN 'confirmed' ELSE 'pending' END" if at else "'pending'"
        if "status" in mapping.choices:
            unsaid = "'pending'"
        _status(rows, "payment_words", unsaid)
        if amount:
            rows.given = [
                (name, f"CASE WHEN {amount} < 0 THEN 'refunded' ELSE {sql} END" if name == "status" else sql)
                for name, sql in rows.given
            ]
        return rows.statement()
    return _payments_of_orders(folder, rows, order, method)


def _place(mapping: TableMapping, slot: str) -> Place | None:
    return mapping.choices[slot].column.place if slot in mapping.choices else None


def _payments_of_orders(folder: Folder, rows: Rows, order: TableMapping, method: str | None) -> str:
    """Payments that only the order tells of: confirmed by a date of payment or a state that says so."""
    orders = Rows(folder, order, rows.joins)
    state = orders.text("status")
    paid = orders.moment("paid_at")
    confirmed = [f"{paid} IS NOT NULL"] if paid else []
    if state:
        rows.joins.append(f"LEFT JOIN status_words AS w ON w.recorded = LOWER({state})")
        confirmed.append(
            "w.status IN ('paid', 'processing', 'shipped', 'completed', 'refunded', 'part_refunded')"
        )
    failed = "WHEN w.status IN ('cancelled', 'failed') THEN 'failed' " if state else ""
    said = (
        f"CASE WHEN {' OR '.join(confirmed)} THEN 'confirmed' {failed}ELSE 'pending' END"
        if confirmed
        else "'pending'"
    )
    rows.give(status=said, basis="'derived'")
    stated = [part for part in (method, rows.text("txid"), rows.text("address")) if part]
    conditions = [f"COALESCE({', '.join(stated)}) IS NOT NULL"] if stated else []
    for other in folder.proposal.of("payments"):
        if other.entity.name == order.entity.name or other.entity.within is not None:
            continue
        choice = other.choices.get("order_id")
        if choice is not None and choice.target is not None:
            column = quoted(folder.spelled[other.entity.name][choice.column.place])
            key = quoted(folder.spelled[order.entity.name][choice.target[1].place])
            conditions.append(
                f"CAST(t.{key} AS VARCHAR) NOT IN (\n  SELECT CAST({column} AS VARCHAR)"
                f" FROM {folder.views[other.entity.name]} WHERE {column} IS NOT NULL\n)"
            )
    return rows.statement("\n  AND ".join(conditions) or None)


def _postal_addresses(folder: Folder, mapping: TableMapping) -> str:
    rows = Rows(folder, mapping)
    host = next(
        (m for m in folder.proposal.mappings
         if m.entity.name == mapping.entity.name and m.table in ("orders", "accounts") and m is not mapping
         and (m.table == "orders" or not folder.proposal.of("orders")
              or all(o.entity.name != m.entity.name for o in folder.proposal.of("orders")))),
        None,
    )  # fmt: skip
    line1, house = rows.text("line1"), rows.text("house_number")
    if line1 and house:
        line1 = f"NULLIF(TRIM(COALESCE({line1}, '') || ' ' || COALESCE({house}, '')), '')"
    kind = {"billing": "'billing'", "customer": "'billing'"}.get(mapping.part, "'shipping'")
    stated = rows.text("kind")
    if stated:
        words = " OR ".join(f"LOWER({stated}) LIKE '%{word}%'" for word in _BILLING)
        kind = f"CASE WHEN {words} THEN 'billing' ELSE 'shipping' END"
    own_id = f"'address:' || {rows.ref}" + (
        f" || {literal('/' + (mapping.part or 'address'))}" if host else ""
    )
    order_id, account_id = rows.reference("order_id", "order"), rows.reference("account_id", "account")
    where = None
    if host is not None:
        if host.table == "orders":
            order_id = "'order:' || t._ref"
        else:
            account_id = "'account:' || t._ref"
        place = [part for slot in ("line1", "city", "postcode") if (part := rows.text(slot))]
        where = f"COALESCE({', '.join(place)}) IS NOT NULL" if place else None
    rows.give(
        address_id=own_id,
        order_id=order_id,
        account_id=account_id,
        site_id="site.site_id",
        kind=kind,
        name=rows.name(),
        line1=line1,
        line2=rows.text("line2"),
        city=rows.text("city"),
        region=rows.text("region"),
        postcode=rows.text("postcode"),
        country=rows.text("country"),
        phone=rows.text("phone"),
        email=rows.text("email"),
    )
    return rows.statement(where)


def _shipments(folder: Folder, mapping: TableMapping) -> str:
    rows = Rows(folder, mapping)
    inside = _is_order(folder, mapping)
    number = rows.text("tracking_number")
    shipped = rows.moment("shipped_at")
    rows.give(
        shipment_id=f"'shipment:' || {rows.ref}",
        order_id="'order:' || t._ref" if inside else rows.reference("order_id", "order"),
        carrier=rows.text("carrier"),
        tracking_number=number,
        shipped_at=shipped,
        weight_g=rows.amount("weight_g"),
    )
    return rows.statement(f"{number} IS NOT NULL" if inside and number else None)


def _messages(folder: Folder, mapping: TableMapping) -> str:
    rows = Rows(folder, mapping)
    rows.give(
        message_id="'message:' || t._ref",
        site_id="site.site_id",
        from_account_id=rows.reference("from_account_id", "account"),
        to_account_id=rows.reference("to_account_id", "account"),
        order_id=rows.reference("order_id", "order"),
        at=rows.moment("at"),
        subject=rows.text("subject"),
        body=rows.text("body"),
    )
    return rows.statement()


def _reviews(folder: Folder, mapping: TableMapping) -> str:
    rows = Rows(folder, mapping)
    rows.give(
        review_id="'review:' || t._ref",
        listing_id=rows.reference("listing_id", "listing"),
        order_id=rows.reference("order_id", "order"),
        account_id=rows.reference("account_id", "account"),
        at=rows.moment("at"),
        rating=rows.amount("rating"),
        body=rows.text("body"),
    )
    return rows.statement()


WRITERS: dict[str, Callable[[Folder, TableMapping], str]] = {
    "orders": _orders,
    "order_lines": _order_lines,
    "accounts": _accounts,
    "listings": _listings,
    "price_tiers": _price_tiers,
    "payments": _payments,
    "postal_addresses": _postal_addresses,
    "shipments": _shipments,
    "messages": _messages,
    "reviews": _reviews,
}
