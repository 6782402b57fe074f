"""Word lists from which the made-up people and places are put together.

First names, last names and towns are common ones; streets do not exist. Outward postcode districts are real and
fit their town; the inward part is any three characters of valid form. A combination that meets a real address is
chance.
"""

from __future__ import annotations

FIRST_NAMES = (
    "Aaron Abbie Abdul Adam Aidan Aisha Alan Alex Alice Alison Amar Amelia Amir Amy Andrew Angela Anna Anthony "
    "Asha Ashley Barry Becky Ben Beth Billy Bradley Callum Cameron Carl Caroline Catherine Charlie Charlotte "
    "Chloe Chris Claire Colin Connor Craig Daisy Dale Daniel Danielle Darren Dave David Dean Deborah Declan "
    "Dominic Donna Dylan Eddie Eleanor Elliot Ella Emily Emma Ethan Eve Fatima Fiona Finley Frances Freddie "
    "Gareth Gary Gavin Gemma George Georgia Glen Grace Graham Grant Greg Hannah Harriet Harry Hassan Hayley "
    "Heather Helen Henry Holly Hugo Ian Imran Isaac Isabel Jack Jacob Jade Jake James Jamie Jane Jasmine Jason "
    "Jay Jenny Jess Joanne Joe John Jonathan Jordan Josh Julie Karen Kate Keith Kelly Kerry Kevin Kieran Kim "
    "Kirsty Kyle Laura Lauren Leah Lee Leon Lewis Liam Linda Lisa Lloyd Louis Louise Lucy Luke Luca Maisie "
    "Marcus Maria Mark Martin Matt Maya Megan Melissa Michael Michelle Mohammed Molly Morgan Nadia Naomi Natalie "
    "Nathan Neil Niall Nicola Nigel Nikhil Noah Olivia Omar Oscar Owen Patrick Paul Peter Phil Phoebe Priya "
    "Rachel Raj Rebecca Reece Rhys Richard Robert Robin Rory Rosie Ross Ruth Ryan Sally Sam Samantha Sandra "
    "Sara Scott Sean Shane Sharon Shaun Sian Simon Sofia Sophie Stacey Stephen Steve Stuart Sunil Susan Tariq "
    "Terry Tessa Theo Thomas Tim Tina Toby Tom Tony Tracey Trevor Vicky Victoria Wayne Wendy Will Yasmin Zac Zara"
).split()

LAST_NAMES = (
    "Abbott Adams Ahmed Akhtar Ali Allen Anderson Andrews Armstrong Atkins Bailey Baker Barker Barnes Begum Bell "
    "Bennett Berry Black Booth Bradley Brennan Brooks Brown Bryant Burke Burns Burton Butler Byrne Campbell Carr "
    "Carter Chapman Clark Clarke Cole Collins Connor Cook Cooper Cox Craig Crawford Cunningham Curtis Davidson "
    "Davies Davis Dawson Day Dean Dixon Doherty Douglas Doyle Duffy Duncan Dunn Edwards Elliott Ellis Evans "
    "Ferguson Field Fisher Fletcher Ford Foster Fox Francis Fraser Gallagher Gardner George Gibson Gill Gordon "
    "Graham Grant Gray Green Griffiths Hall Hamilton Harper Harris Harrison Hart Harvey Hawkins Hayes Henderson "
    "Hill Holmes Hope Howard Hudson Hughes Hunt Hunter Hussain Jackson James Jenkins John Johnson Johnston Jones "
    "Jordan Kaur Kelly Kennedy Kerr Khan King Knight Lambert Lane Lawrence Lawson Lee Lewis Lloyd Long Lowe Lynch "
    "MacDonald Mann Marsh Marshall Martin Mason Matthews May McCarthy McDonald McKenzie McLean Mills Mitchell "
    "Moore Morgan Morris Morrison Moss Murphy Murray Nelson Newman Nicholson Norris Oliver O'Brien O'Connor "
    "O'Neill Osborne Owen Palmer Parker Parry Parsons Patel Payne Pearce Pearson Perry Phillips Porter Potter "
    "Powell Price Quinn Rahman Rees Reid Reynolds Richards Richardson Riley Roberts Robertson Robinson Rogers "
    "Rose Ross Russell Ryan Saunders Scott Sharma Sharp Shaw Simpson Singh Slater Smith Spencer Stephens Stevens "
    "Stewart Stone Sutton Taylor Thomas Thompson Thomson Todd Tucker Turner Wade Walker Wallace Walsh Ward "
    "Warren Watkins Watson Watts Webb Wells West White Wilkinson Williams Williamson Willis Wilson Wong Wood "
    "Woods Wright Yates Young Smith-Jones Lloyd-Davies"
).split()

# Names that only some character sets hold: the first list fits Windows-1252, the second needs Unicode.
ACCENTED_NAMES = (
    "Zoë",
    "Siân",
    "Renée",
    "José",
    "Chloé",
    "Anaïs",
    "Søren",
    "Jürgen",
    "Maëlle",
    "Seán",
    "Máire",
)
WIDE_NAMES = (
    "Łukasz",
    "Agnieszka",
    "Zsófia",
    "Dušan",
    "Ștefan",
    "Οδυσσέας",
    "Николай",
    "Nguyễn",
    "明",
    "İlker",
)
WIDE_LAST_NAMES = (
    "Wójcik",
    "Kowalczyk",
    "Szabó",
    "Novák",
    "Ionescu",
    "Παππάς",
    "Иванов",
    "Trần",
    "王",
    "Yılmaz",
)

STREET_STEMS = (
    "Larkspindle Thistlecombe Bramblewick Hazelmere Copperholt Quernstone Wrenhollow Saltersby Mallowfield "
    "Foxglove Tanglewood Otterbourne Pebblemoor Kestrelgate Candlewick Marlowby Gorsedene Yarrowdale Plumley "
    "Whimbrel Cobblestead Ashenrow Dunnocks Elderby Fernhollow Greywether Hawksbarrow Inglewater Juniper "
    "Kingsfallow Lapwing Muddlebridge Nettlecote Oxlip Pinderfield Quillmark Rookswell Sandpiper Teaselcroft "
    "Umberleigh Vinegar Weavermill Yewbarrow Amberstile Buttermarket Curlewbank Driftwood Emberley Flaxmill "
    "Gallowtree Harrowstile Ironbark Jackdaw Kilnfield Lanternhill Mossgate Nuthatch Orchardleigh Partridge"
).split()
STREET_KINDS = (
    "Road Street Avenue Close Lane Drive Way Gardens Grove Crescent Terrace Court Place Walk"
).split()

# town: outward districts. The number is a weight: how many buyers live there beside the others.
TOWNS: tuple[tuple[str, int, str], ...] = (
    ("London", 52, "E1 E2 E3 E5 E8 E9 E14 E17 N1 N4 N7 N8 N16 NW1 NW3 NW5 NW10 SE1 SE4 SE5 SE8 SE13 SE15 SE22 "
     "SE23 SW2 SW4 SW8 SW9 SW11 SW16 SW17 W2 W3 W6 W10 W12"),
    ("Birmingham", 18, "B1 B5 B8 B11 B12 B13 B14 B16 B17 B20 B23 B26 B29 B30 B31"),
    ("Leeds", 16, "LS2 LS4 LS6 LS7 LS8 LS9 LS10 LS11 LS12 LS13 LS15"),
    ("Manchester", 22, "M1 M4 M8 M11 M12 M13 M14 M15 M16 M20 M21"),
    ("Sheffield", 13, "S1 S2 S3 S5 S6 S7 S8 S10 S11"),
    ("Liverpool", 14, "L1 L3 L4 L5 L6 L7 L8 L13 L15 L17 L18"),
    ("Bristol", 18, "BS1 BS2 BS3 BS4 BS5 BS6 BS7 BS8"),
    ("Newcastle upon Tyne", 11, "NE1 NE2 NE3 NE4 NE5 NE6 NE7"),
    ("Nottingham", 12, "NG1 NG2 NG3 NG5 NG7 NG8 NG9"),
    ("Leicester", 8, "LE1 LE2 LE3 LE4 LE5"),
    ("Brighton", 13, "BN1 BN2"),
    ("Southampton", 8, "SO14 SO15 SO16 SO17 SO18 SO19"),
    ("Portsmouth", 6, "PO1 PO2 PO3 PO6"),
    ("Plymouth", 6, "PL1 PL2 PL3 PL4 PL5"),
    ("Exeter", 5, "EX1 EX2 EX4"),
    ("Norwich", 6, "NR1 NR2 NR3 NR5"),
    ("Ipswich", 4, "IP1 IP2 IP3 IP4"),
    ("Colchester", 4, "CO1 CO2 CO3 CO4"),
    ("Cambridge", 6, "CB1 CB2 CB3 CB4 CB5"),
    ("Oxford", 6, "OX1 OX2 OX3 OX4"),
    ("Reading", 6, "RG1 RG2 RG4 RG30"),
    ("Milton Keynes", 4, "MK1 MK3 MK4 MK6 MK9"),
    ("Northampton", 4, "NN1 NN2 NN3 NN4"),
    ("Coventry", 6, "CV1 CV2 CV3 CV4 CV5 CV6"),
    ("Wolverhampton", 4, "WV1 WV2 WV3 WV4 WV6"),
    ("Stoke-on-Trent", 5, "ST1 ST2 ST3 ST4 ST6"),
    ("Derby", 5, "DE1 DE21 DE22 DE23 DE24"),
    ("Lincoln", 3, "LN1 LN2 LN5 LN6"),
    ("Hull", 6, "HU1 HU2 HU3 HU5 HU6 HU8"),
    ("York", 5, "YO1 YO10 YO24 YO26 YO30 YO31"),
    ("Bradford", 6, "BD1 BD2 BD3 BD5 BD7 BD8"),
    ("Huddersfield", 3, "HD1 HD2 HD3 HD4 HD5"),
    ("Halifax", 2, "HX1 HX2 HX3"),
    ("Wakefield", 3, "WF1 WF2"),
    ("Doncaster", 3, "DN1 DN2 DN4 DN5"),
    ("Middlesbrough", 4, "TS1 TS3 TS4 TS5"),
    ("Sunderland", 4, "SR1 SR2 SR4 SR5"),
    ("Durham", 3, "DH1 DH7"),
    ("Carlisle", 2, "CA1 CA2 CA3"),
    ("Preston", 4, "PR1 PR2"),
    ("Blackpool", 4, "FY1 FY2 FY3 FY4"),
    ("Bolton", 4, "BL1 BL2 BL3"),
    ("Stockport", 4, "SK1 SK2 SK3 SK4"),
    ("Warrington", 3, "WA1 WA2 WA4 WA5"),
    ("Chester", 3, "CH1 CH2 CH3 CH4"),
    ("Gloucester", 3, "GL1 GL2 GL4"),
    ("Cheltenham", 3, "GL50 GL51 GL52 GL53"),
    ("Swindon", 3, "SN1 SN2 SN3 SN25"),
    ("Bath", 3, "BA1 BA2"),
    ("Bournemouth", 5, "BH1 BH2 BH5 BH6 BH8 BH9"),
    ("Truro", 2, "TR1 TR2 TR4"),
    ("Taunton", 2, "TA1 TA2 TA3"),
    ("Canterbury", 3, "CT1 CT2 CT4"),
    ("Maidstone", 3, "ME14 ME15 ME16"),
    ("Eastbourne", 2, "BN20 BN21 BN22 BN23"),
    ("Worcester", 2, "WR1 WR2 WR3 WR4"),
    ("Hereford", 1, "HR1 HR2 HR4"),
    ("Shrewsbury", 2, "SY1 SY2 SY3"),
    ("Peterborough", 3, "PE1 PE2 PE3 PE4"),
    ("Cardiff", 10, "CF3 CF5 CF10 CF11 CF14 CF23 CF24"),
    ("Swansea", 5, "SA1 SA2 SA4 SA5 SA6"),
    ("Newport", 3, "NP10 NP18 NP19 NP20"),
    ("Wrexham", 2, "LL11 LL12 LL13"),
    ("Bangor", 1, "LL57"),
    ("Glasgow", 17, "G1 G3 G4 G5 G11 G12 G13 G14 G20"),
    ("Edinburgh", 12, "EH1 EH3 EH4 EH6 EH7 EH8 EH9 EH10 EH11"),
    ("Aberdeen", 4, "AB10 AB11 AB15 AB16 AB24 AB25"),
    ("Dundee", 3, "DD1 DD2 DD3 DD4"),
    ("Inverness", 2, "IV1 IV2 IV3"),
    ("Stirling", 1, "FK7 FK8 FK9"),
    ("Perth", 1, "PH1 PH2"),
    ("Belfast", 8, "BT1 BT4 BT5 BT6 BT7 BT9 BT11 BT12 BT13 BT15"),
    ("Londonderry", 2, "BT47 BT48"),
    ("Lisburn", 1, "BT27 BT28"),
)  # fmt: skip

# RFC 2606 and RFC 7686 names only: no such mailbox can exist.
MAIL_HOSTS = (
    "inbox.example.com", "inbox.example.com", "inbox.example.com", "post.example.net", "post.example.net",
    "quickmail.example.org", "quickmail.example.org", "tidymail.example.com", "student.example.org",
    "uni-mail.example.net", "sealed.example.org", "cipherbox.example.net", "gmx.example.com", "ymail.example.net",
)  # fmt: skip

HANDLES = (
    "mellow sunny lowkey dizzy cosmic frosty velvet rusty hazy midnight electric salty turbo wonky nimble cheeky "
    "dusty golden purple quiet rapid smoky toasty wild crispy foggy lucky mossy neon silent"
).split()
HANDLE_NOUNS = (
    "badger otter falcon biscuit pigeon marmot teapot comet walrus hedgehog magpie nettle pickle puffin radish "
    "raven socks spanner squirrel stoat trombone turnip weasel wizard yeti kettle lemur mango newt octopus"
).split()

USER_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; rv:115.0) Gecko/20100101 Firefox/115.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Mobile "
    "Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 "
    "Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 "
    "Safari/605.1.15",
    "Mozilla/5.0 (Linux; Android 13; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/123.0.0.0 Mobile "
    "Safari/537.36",
)

CUSTOMER_NOTES = (
    "pls use plain packaging, neighbours are nosey",
    "leave in the porch if no answer ta",
    "Last one was bit short, can you chuck a lil extra in? 🙏",
    "no sig please!! flatmate opens my post",
    "bday present so need by friday",
    "stealth was 10/10 last time, cheers boss",
    "Is this the same batch as before? the {slang} was fire 🔥",
    "can u split into 2 envelopes",
    "need it b4 the festival weekend, proper buzzing for the {slang}",
    "post to work address, mark as stationery",
    "wrong flat no. last time – it is FLAT 2 not 12",
    "ring me on {phone} if any bother",
    "if you can do 2 oz for the price of 1.5 i'll be back weekly",
    "DO NOT use {carrier}, they lost the last one",
    "<b>URGENT</b> please send today <br> thx",
    "<script>alert('xss')</script>",
    '=HYPERLINK("http://track.example.test/?o=1","Click to see my address")',
    "+44 is my old number, use the new one",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "I paid twice by mistake?? sort it pls",
    "Merci d'envoyer discrètement — c’est pour ma sœur",
    "dziękuję, proszę bez podpisu",
    "it's for me mum's back pain honest",
    "same as last time; number on the door is 4\\6",
    "O'Brien on the bell, not my name",
    "The gate code is 4471#",
    "",
)
SLANG = (
    "bud",
    "cali",
    "ket",
    "ket",
    "snow",
    "gear",
    "mandy",
    "doves",
    "vallies",
    "xannies",
    "base",
    "tabs",
    "shrooms",
    "tuss",
)

REVIEWS = (
    (5, "Bang on. {slang} was proper clean, landed next day in Leeds. 10/10 stealth"),
    (5, "always on point, best vendor on here hands down 👌"),
    (5, "Arrived in 2 days, vac sealed, weighed 3.6 🎉"),
    (4, "good stuff, packaging could be better, smelt a bit through the box"),
    (4, "Decent {slang}, not the strongest but fair price"),
    (3, "took 6 days to get to Belfast. product ok"),
    (2, "came 0.3 under weight. messaged and got a reship tho"),
    (1, "never arrived, no reply from support. scammers??"),
    (5, "second oz this month, says it all"),
    (5, "<b>Best</b> shop since the old place closed. <i>Posted today, there tomorrow</i> is true"),
    (4, "mates all loved the {slang} at the weekend"),
    (1, "=cmd|' /C notepad'!'A1'"),
    (5, "Sehr gut, schnell geliefert. Grüße aus Köln"),
    (3, "meh. had better from {slang} man down the road"),
)  # fmt: skip

OPERATOR_NOTES = (
    "Customer rang, wants it redirected. Told him no.",
    "Double packed. Use the unit 4 franking machine.",
    "known chancer - has claimed non-arrival 3 times over both shops, no more reships",
    "Same bloke as on the other site (Pedlarsgate), different email. Combined postage.",
    "moved stock from the other shop, tab has the rest",
    "Moss: label misprinted, re-done.",
    "Underpaid by a few quid, let it go.",
    "returned to sender - wrong flat. reshipped 2nd class",
    "Keeper says no Special Delivery for this postcode any more, 2 went missing at the same depot",
    "VIP - wholesale. next drop in person at the lock-up, cash.",
    "put an extra 1g in for the trouble",
    "address is a known student house, fine",
    "Do NOT post from the High Street branch again this week. Tab's car from now on.",
    "card payment shows as HARE & FINCH HOMEWARE, told him",
    "cust asked about escrow. escrow not needed, direct only",
)
