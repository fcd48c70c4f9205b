"""The countries as lists name them: codes of ISO 3166-1, and names in Danish, in English and in the country itself."""

CODES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
    "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO "
    "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE "
    "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO "
    "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW "
    "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM "
    "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
)
NAMES = {
    "AT": "østrig austria österreich",
    "AU": "australien australia",
    "BE": "belgien belgium belgië belgique",
    "BG": "bulgarien bulgaria",
    "BR": "brasilien brazil",
    "CA": "canada",
    "CH": "schweiz switzerland suisse",
    "CN": "kina china",
    "CY": "cypern cyprus",
    "CZ": "tjekkiet czechia česko",
    "DE": "tyskland germany deutschland",
    "DK": "danmark denmark",
    "EE": "estland estonia eesti",
    "ES": "spanien spain españa",
    "FI": "finland suomi",
    "FO": "færøerne føroyar",
    "FR": "frankrig france",
    "GB": "storbritannien england uk skotland wales",
    "GL": "grønland greenland",
    "GR": "grækenland greece",
    "HR": "kroatien croatia hrvatska",
    "HU": "ungarn hungary magyarország",
    "IE": "irland ireland",
    "IL": "israel",
    "IN": "indien india",
    "IS": "island iceland ísland",
    "IT": "italien italy italia",
    "JP": "japan",
    "KR": "sydkorea",
    "LT": "litauen lithuania lietuva",
    "LU": "luxembourg luxemburg",
    "LV": "letland latvia latvija",
    "MT": "malta",
    "NL": "nederlandene netherlands holland nederland",
    "NO": "norge norway noreg",
    "PL": "polen poland polska",
    "PT": "portugal",
    "RO": "rumænien romania românia",
    "SE": "sverige sweden",
    "SG": "singapore",
    "SI": "slovenien slovenia slovenija",
    "SK": "slovakiet slovakia slovensko",
    "TR": "tyrkiet turkey türkiye",
    "UA": "ukraine",
    "US": "usa amerika",
}
PHRASES = {
    "den tjekkiske republik": "CZ",
    "czech republic": "CZ",
    "faroe islands": "FO",
    "det forenede kongerige": "GB",
    "united kingdom": "GB",
    "great britain": "GB",
    "new zealand": "NZ",
    "south korea": "KR",
    "the netherlands": "NL",
    "united states": "US",
    "united states of america": "US",
    "de forenede stater": "US",
}
COUNTRIES: dict[str, str] = {
    **{code.casefold(): code for code in CODES.split()},
    **{name: code for code, names in NAMES.items() for name in names.split()},
    **PHRASES,
}
"""Codes and names in small letters, and the code of each."""
