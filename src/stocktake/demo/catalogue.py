"""What the two made-up shops sell: some sixty listings each, most of them the same goods under other names."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Variation:
    """One weight or pack of a listing; price in pence."""

    label: str
    price: int
    grams: str


@dataclass(frozen=True)
class Listing:
    """Goods as the truth knows them. Prices in pence; a tier is (least quantity, price of one in pence)."""

    key: str
    category: str
    woo_title: str | None
    oc_title: str | None
    description: str
    substance: str
    price: int
    grams: str
    tiers: tuple[tuple[int, int], ...] = ()
    percent_tiers: tuple[tuple[int, int], ...] = ()
    variations: tuple[Variation, ...] = field(default=())
    popularity: int = 10


CATEGORIES = {
    "cannabis": "Green",
    "stimulants": "White &amp; Fast",
    "dissociatives": "Ket Corner",
    "empathogens": "Rollers",
    "psychedelics": "Trips",
    "benzos": "Sleepers",
    "opioids": "Pain",
    "gym": "Gym",
    "edibles": "Edibles &amp; Vapes",
    "kit": "Kit",
}

_STEALTH = (
    "Vac sealed, double bagged, MBB. Stealth shipping from UK, next day if ordered by 2pm. Escrow not needed."
)


def _weights(gram: int, *labels: tuple[str, str, int]) -> tuple[Variation, ...]:
    """Variations by weight: label, grams, and how many per cent off the price of a gram."""
    return tuple(
        Variation(label, round(gram * float(grams) * (100 - off) / 100 / 50) * 50, grams)
        for label, grams, off in labels
    )


_BUD = (
    ("1g", "1", 0),
    ("3.5g (8th)", "3.5", 6),
    ("7g (Q)", "7", 12),
    ("14g (half oz)", "14", 18),
    ("28g (oz)", "28", 24),
)
_POWDER = (
    ("0.5g", "0.5", 0),
    ("1g", "1", 2),
    ("3.5g (8 ball)", "3.5", 10),
    ("7g", "7", 16),
    ("28g (oz)", "28", 27),
)


def _bud(key: str, title: str, other: str | None, text: str, gram: int, popularity: int = 10) -> Listing:
    return Listing(
        key, "cannabis", title, other, f"{text} {_STEALTH}", "cannabis", gram, "1",
        variations=_weights(gram, *_BUD), popularity=popularity,
    )  # fmt: skip


def _powder(
    key: str,
    category: str,
    substance: str,
    title: str | None,
    other: str | None,
    text: str,
    gram: int,
    pop: int = 10,
) -> Listing:
    return Listing(
        key, category, title, other, f"{text} {_STEALTH}", substance, gram, "1",
        variations=_weights(gram, *_POWDER), popularity=pop,
    )  # fmt: skip


def _pack(
    key: str, category: str, substance: str, title: str | None, other: str | None, text: str, price: int, grams: str,
    tiers: tuple[tuple[int, int], ...] = (), percent: tuple[tuple[int, int], ...] = (), pop: int = 10,
) -> Listing:  # fmt: skip
    return Listing(
        key,
        category,
        title,
        other,
        f"{text} {_STEALTH}",
        substance,
        price,
        grams,
        tiers,
        percent,
        popularity=pop,
    )


LISTINGS: tuple[Listing, ...] = (
    _bud("lemon-haze", "Amnesia Lemon Haze 🍋 top shelf bud", "Lemon Haze - A+ grade", "Proper citrus, sticky, long cure.", 1100, 22),
    _bud("stardawg", "Stardawg – loud UK grown", "Stardawg UK", "Stinks the van out. Dense nugs.", 1000, 25),
    _bud("cali-runtz", "CALI Runtz import (sealed tins)", "Runtz Cali import", "Straight off the boat, 3.5 tins.", 1500, 16),
    _bud("gelato", "Gelato 41 exotic", "Gelato #41", "Sweet, purple, top bag appeal.", 1350, 12),
    _bud("cheese", "Old skool Blue Cheese", "Exodus Cheese", "The real cheese, none of that spray.", 950, 15),
    _bud("zkittlez", "Zkittlez smalls", "Zkittlez popcorn nugs", "Smalls, same flower, cheaper.", 750, 14),
    _bud("thai", "Thai stick (seeded, budget)", None, "Bush weed. You get what you pay for.", 500, 5),
    _bud("hash-moroccan", "Moroccan pollen hash 'Olive'", "Maroc slate / pollum", "Soft, blonde, 9 bar cut to order.", 700, 12),
    _bud("hash-dry", "Dry sift 120u", "Dry sift hash 120 micron", "Melty. For the heads.", 1600, 6),
    _bud("shake", None, "Bag appeal shake / trim - for cooking", "Trim. Makes butter.", 300, 6),
    _powder("coke-peru", "stimulants", "cocaine", "Peruvian flake, uncut ❄", "Fishscale - Peruvian", "Tested. Off the block, no press.", 8500, 26),
    _powder("coke-mid", "stimulants", "cocaine", "Proper Charlie (party grade)", "Bugle - weekend grade", "Decent sniff for the money.", 5500, 24),
    _powder("speed-paste", "stimulants", "amphetamine", "Dutch speed paste, wet", "Base - NL paste", "Dry it out before you weigh it.", 1000, 14),
    _powder("meph", "stimulants", "mephedrone", "Meph / drone – proper crystals", "M-CAT big crystals", "Back like 2009.", 2000, 9),
    _powder("ket-needle", "dissociatives", "ketamine", "Ket – needle point shards (R+S)", "K shards, Indian", "Cooked and crystallised. Go careful.", 2200, 26),
    _powder("ket-s", "dissociatives", "ketamine", "S-Iso ket, sugar", "S-ketamine sugar", "Cleaner head, less wobble.", 2600, 15),
    _powder("mdma-champagne", "empathogens", "MDMA", "Champagne Mandy, 84%", "MDMA champagne crystals", "Big rocks, lab tested 84%.", 3000, 20),
    _powder("mdma-brown", "empathogens", "MDMA", "Brown mandy (budget)", "MDMA - brown sugar", "Strong smell, strong come up.", 2200, 9),
    _powder("2cb-powder", "psychedelics", "2C-B", "2C-B HCL powder", None, "Weigh it. Never eyeball it.", 9000, 3),
    _powder("tuci", "dissociatives", "ketamine", "Pink tuci 'tusi' 🩷", "TUSI pink", "Ket and mandy base with colour, you know the score.", 4500, 8),
    _pack("pills-tesla", "empathogens", "MDMA", "Tesla pills 240mg (each)", "Teslas - orange, 240mg", "Half first. Seriously.", 700, "0.5",
          tiers=((10, 550), (25, 450), (50, 380), (100, 300)), pop=20),
    _pack("pills-punisher", "empathogens", "MDMA", "Blue Punisher 300mg+", "Punishers, blue", "QUARTER. Do not be a hero.", 800, "0.5",
          tiers=((10, 600), (50, 420), (100, 340)), pop=14),
    _pack("pills-x100", "empathogens", "MDMA", "x100 pills assorted press (trade)", "100 x mixed pressies", "For the heads doing nights.", 26000, "50",
          percent=((2, 5), (5, 12), (10, 20)), pop=4),
    _pack("lsd-tabs", "psychedelics", "LSD", "LSD tabs 125ug - Hofmann blotter", "Acid - 125ug blotters", "Needle laid. Keep dark.", 600, "0.02",
          tiers=((5, 500), (10, 420), (25, 350), (100, 250)), pop=13),
    _pack("lsd-gel", "psychedelics", "LSD", "Gel tabs 200ug", None, "Strong. Not for first timers.", 900, "0.02", tiers=((10, 700), (50, 500)), pop=4),
    _pack("shrooms", "psychedelics", "psilocybin mushrooms", "Golden Teachers, dried 7g", "Magic mushrooms - Golden Teacher 7g", "Cracker dry.", 3500, "7",
          percent=((2, 5), (4, 10), (8, 18)), pop=12),
    _pack("shroom-choc", "edibles", "psilocybin mushrooms", "Shroom choc bar 4g", "Mushroom chocolate bar", "4g a bar, 12 squares.", 4000, "50", percent=((3, 10), (10, 20)), pop=8),
    _pack("2cb-pills", "psychedelics", "2C-B", "2C-B pressed 20mg", "Nexus 20mg pressies", "Eyes like saucers.", 600, "0.3", tiers=((10, 480), (50, 360)), pop=6),
    _pack("dmt-cart", "psychedelics", "DMT", "DMT cart 1ml", "DMT vape 1ml", "Three and hold.", 9000, "12", pop=5),
    _pack("vallies", "benzos", "diazepam", "Vallies 10mg (blues) x28", "Diazepam 10mg Msj blister 28", "Pharma blister, Sri Lanka.", 2500, "6",
          tiers=((2, 2300), (5, 2000), (10, 1700), (36, 1300)), pop=24),
    _pack("xanax", "benzos", "alprazolam", "Xannies 2mg bars x10", "Alprazolam 2mg bars - 10", "Farmapram bars, not pressed rubbish.", 2200, "4",
          tiers=((2, 2000), (5, 1700), (10, 1500), (50, 1100)), pop=19),
    _pack("zopi", "benzos", "zopiclone", "Zimmers (zopi) 7.5 x28", "Zopiclone 7.5mg x 28", "Metal mouth guaranteed.", 2400, "6", tiers=((3, 2100), (10, 1600)), pop=13),
    _pack("etiz", "benzos", "etizolam", "Etiz 1mg x50", "Etizolam 1mg pellets x50", "Potent little blighters.", 2000, "5", tiers=((2, 1800), (10, 1200)), pop=6),
    _pack("pregabs", "benzos", "pregabalin", "Pregabs 300mg x56 (buds)", "Pregabalin 300mg - 56 caps", "Sealed pharmacy box.", 3500, "30",
          tiers=((2, 3200), (5, 2800), (20, 2200)), pop=17),
    _pack("gabbies", "benzos", "gabapentin", None, "Gabapentin 300mg x100", "Sealed.", 3000, "60", tiers=((2, 2700), (5, 2300)), pop=5),
    _pack("tramadol", "opioids", "tramadol", "Trammies 50mg x30", "Tramadol 50mg caps (30)", "Do not mix.", 2500, "12", tiers=((2, 2200), (5, 1900), (10, 1600)), pop=12),
    _pack("codeine", "opioids", "codeine", "Codeine 30mg x100 (single)", "Codeine phosphate 30mg x100", "No para in it.", 6000, "14", percent=((2, 5), (5, 12), (10, 20)), pop=10),
    _pack("dhc", "opioids", "dihydrocodeine", "DFs 30mg x28", "Dihydrocodeine 30mg x28", "The old DF118s.", 2800, "8", tiers=((2, 2500), (6, 2000)), pop=8),
    _pack("oxy", "opioids", "oxycodone", "Oxy 20mg SR (each)", None, "Real pharma, blister cut.", 1500, "0.3", tiers=((10, 1300), (28, 1100)), pop=4),
    _pack("subs", "opioids", "buprenorphine", "Subutex 8mg (each)", "Subbies 8mg", "For getting off it.", 1200, "0.3", tiers=((7, 1000), (28, 800)), pop=4),
    _pack("test-e", "gym", "testosterone enanthate", "Test E 300mg/ml 10ml", "Testosterone Enanthate 300", "UGL, lab tested.", 3500, "25", percent=((3, 8), (6, 15)), pop=9),
    _pack("tren", "gym", "trenbolone acetate", "Tren Ace 100 10ml", "Tren A 100", "Sweats and rage. You know.", 4500, "25", percent=((3, 8), (6, 15)), pop=5),
    _pack("dbol", "gym", "methandienone", "Dbol 10mg x100", "Dianabol 10mg 100 tabs", "Old faithful.", 2500, "12", tiers=((3, 2200), (10, 1700)), pop=6),
    _pack("clen", "gym", "clenbuterol", None, "Clenbuterol 40mcg x100", "Shakes.", 2200, "12", tiers=((3, 1900),), pop=3),
    _pack("viagra", "gym", "sildenafil", "Vitamin V 100mg x10 (Kamagra style)", "Sildenafil 100mg x10", "Works.", 1000, "8", tiers=((5, 800), (10, 650), (50, 450)), pop=11),
    _pack("nurds", "edibles", "cannabis", "Nerdz rope 500mg", "Rope gummies 500mg THC", "One bite first.", 1500, "30", percent=((3, 10), (10, 25)), pop=13),
    _pack("gummies", "edibles", "cannabis", "Stoner patch gummies 500mg", "Patch kids 500mg", "Ten sweets a bag.", 1400, "60", tiers=((5, 1200), (20, 900)), pop=14),
    _pack("brownie", "edibles", "cannabis", "Space brownie 🍫 (fresh Fridays)", None, "Home made. Contains nuts.", 800, "90", percent=((4, 10),), pop=6),
    _pack("thc-cart", "edibles", "cannabis", "THC cart 1ml (distillate)", "Cali cart 1ml 510", "510 thread.", 4000, "15", tiers=((3, 3600), (10, 3000), (25, 2500)), pop=17),
    _pack("disposable", "edibles", "cannabis", "Disposable THC 2ml", "2ml disposable - rechargeable", "Buzz and go.", 6500, "40", percent=((3, 8), (10, 18)), pop=10),
    _pack("spice", "edibles", "synthetic cannabinoid", None, "Herbal blend 'Annihilation' 3g", "Novelty. Not for human consumption.", 2000, "3", tiers=((5, 1600), (20, 1200)), pop=5),
    _pack("ghb", "opioids", "GBL", "Wheel cleaner 250ml (99.9)", "Alloy cleaner GBL 250ml", "For alloys 😉", 4500, "290", tiers=((4, 3800),), pop=4),
    _pack("poppers", "kit", "", "Room odouriser 24ml", "Poppers 24ml", "Aroma.", 900, "50", percent=((3, 10), (10, 20)), pop=6),
    _pack("balloons", "kit", "nitrous oxide", "Smart chargers 8g x24 + balloons", "Cream chargers x24", "For whipped cream obvs.", 1800, "700", tiers=((5, 1600), (25, 1200)), pop=6),
    _pack("scales", "kit", "", "Pocket scales 0.01g", "Digital scales 200g/0.01", "CD case style.", 1200, "140", pop=7),
    _pack("baggies", "kit", "", "Baggies x100 (apple)", "Grip seal bags 100", "Plain or printed.", 400, "40", percent=((5, 10), (20, 30)), pop=7),
    _pack("grinder", "kit", "", "Grinder 4 part", "4-part grinder", "Metal.", 1000, "180", pop=5),
    _pack("kit-test", "kit", "", "Reagent test kit (marquis)", "Marquis test kit", "Stay safe.", 1200, "60", pop=4),
    _pack("spores", "kit", "", "Grow kit – Golden Teacher", "GT grow kit", "For microscopy.", 3000, "1200", pop=3),
    _pack("mystery", "kit", "", "Mystery box £50", None, "Lucky dip, min 80 quid of stuff.", 5000, "60", percent=((2, 5),), pop=4),
    _pack("seeds", "kit", "", None, "Auto seeds x5 (souvenir)", "Souvenir only.", 2000, "5", tiers=((3, 1700),), pop=3),
    _pack("papers", "kit", "", "King skins + tips", "King size slim + roach", "Box of 50.", 1500, "300", percent=((2, 10),), pop=3),
)  # fmt: skip
