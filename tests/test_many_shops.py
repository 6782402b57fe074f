"""Shops of every software in one database: each is recognised, once, and none is taken for another."""

from pathlib import Path

from servers import MariaDB
from shop_case import OpenCart, WooCommerce, mapped, new_case, take_in
from stocktake.shops.recognition import recognise

SCHEMAS = Path(__file__).parent / "schema"
# Prefixes of which some are the beginning of others, and none at all.
SHOPS = {"prestashop": "ps_", "magento": "", "drupal_commerce": "dr_", "shopware6": "sw"}


def test_shops_of_every_software_in_one_database_are_told_apart(mariadb: MariaDB, tmp_path):
    shop = OpenCart.fresh(mariadb, "many_software", "oc_")
    WooCommerce(mariadb, shop.database, "wp_").tables("wp_")
    for software, prefix in SHOPS.items():
        schema = (SCHEMAS / f"{software}.sql").read_text("utf-8")
        if software == "shopware6":  # it has no prefix of its own, but may be given one
            schema = schema.replace("CREATE TABLE `", "CREATE TABLE `{p}")
        mariadb.load(f"SET sql_mode = '';\n{schema.replace('{p}', prefix)}".encode(), shop.database)
    shop.order(1, 5, "10.0000")
    case = new_case(tmp_path)
    take_in(case, shop.dump())
    found = recognise(case, "KC/1")
    assert sorted((one.software, one.prefix) for one in found) == sorted(
        [("opencart", "oc_"), ("woocommerce", "wp_"), *SHOPS.items()]
    )
    assert all(one.sure > 0.9 for one in found if one.software in SHOPS)
    result = mapped(case)
    assert result.messages("error") == []
    assert result.one("SELECT count(*) FROM orders") == 1
