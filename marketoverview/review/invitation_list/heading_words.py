"""The words by which a heading says what its column holds, in Danish, English and the languages of neighbours."""

COMPANY = frozenset({
    "virksomhed", "virksomheder", "virksomheden", "virksomhedens", "virksomhedsnavn", "firma", "firmaer",
    "firmaet", "firmaets", "firmanavn", "selskab", "selskaber", "selskabet", "selskabsnavn", "leverandør",
    "leverandører", "leverandøren", "leverandørens", "leverandørnavn", "udbyder", "udbydernavn", "kunde",
    "kundenavn", "forretning", "organisation", "organisationsnavn", "organization", "company", "companies",
    "vendor", "vendors", "supplier", "suppliers", "provider", "business", "enterprise", "företag",
    "företagsnamn", "leverantör", "foretak", "foretaksnavn", "bedrift", "bedriftsnavn", "unternehmen",
    "firmenname", "lieferant", "entreprise",
})  # fmt: skip
NAME = frozenset(
    {
        "navn",
        "navnet",
        "name",
        "names",
        "namn",
        "benævnelse",
        "betegnelse",
    }
)
EMAIL = frozenset({
    "mail", "mails", "email", "emails", "epost", "e-mail", "e-post", "mailadresse", "mailadresser",
    "emailadresse", "e-mailadresse", "epostadresse", "e-postadresse", "mailaddress", "emailaddress",
    "e-mailadresser",
})  # fmt: skip
PHONE = frozenset({
    "telefon", "telefonnummer", "telefonnr", "tlf", "tel", "tlfnr", "mobil", "mobilnummer", "mobilnr",
    "mobiltelefon", "phone", "telephone", "mobile", "cell", "direkte", "hovednummer", "fax", "telefax",
    "fastnet",
})  # fmt: skip
PERSON = frozenset({
    "kontakt", "kontakter", "kontaktperson", "kontaktpersoner", "kontaktnavn", "person", "personer",
    "fornavn", "fornavne", "efternavn", "att", "attention", "ansvarlig", "indehaver", "direktør", "ejer",
    "kontaktpersons", "contact", "contacts", "contactperson", "firstname", "lastname", "surname", "first",
    "last", "ceo", "owner", "kundeansvarlig", "medarbejder", "medarbejdernavn", "förnamn", "efternamn",
    "ansprechpartner",
})  # fmt: skip
CVR = frozenset({
    "cvr", "cvrnr", "cvrnummer", "cvr-nr", "cvr-nummer", "cvr_nr", "cvr_nummer", "cvr_number", "se-nr",
    "senr", "vat", "vatnr", "vat-nr", "momsnr", "momsnummer", "orgnr", "org-nr", "organisationsnummer",
    "organisasjonsnummer", "vatnumber", "ust-id", "virksomhedsnummer", "virksomhedsnr",
    "registreringsnummer",
})  # fmt: skip
COUNTRY = frozenset({
    "land", "lande", "landekode", "landkode", "country", "countries", "countrycode", "nation", "hjemland",
})  # fmt: skip
UNIT = frozenset(
    {
        "p-nummer",
        "p-nr",
        "pnr",
        "pnummer",
        "p-enhed",
        "produktionsenhed",
        "produktionsenhedsnummer",
    }
)
NUMBER = frozenset({
    "nr", "no", "nummer", "number", "id", "lbnr", "løbenr", "løbenummer", "kundenr", "kundenummer",
    "leverandørnr", "leverandørnummer", "debitornr", "kreditornr", "bs", "#", "idnr", "sagsnr",
    "sagsnummer", "journalnr", "række", "linje", "line", "row", "antal", "ean", "gln", "firmanr",
    "firmanummer",
})  # fmt: skip
WEBSITE = frozenset({
    "hjemmeside", "website", "web", "url", "www", "site", "internet", "webadresse", "homepage", "webside",
})  # fmt: skip
OTHER = frozenset({
    "adresse", "gade", "vej", "gadenavn", "postnr", "postnummer", "by", "region", "kommune", "type", "form",
    "art", "branche", "branchekode", "kategori", "dato", "date", "oprettet", "opdateret", "status",
    "bemærkning", "bemærkninger", "note", "noter", "notes", "kommentar", "kommentarer", "beløb", "pris",
    "omsætning", "ansatte", "stilling", "titel", "title", "position", "rolle", "afdeling", "sprog",
    "language", "address", "street", "city", "zip", "category", "industry", "comment", "comments", "amount",
    "sted", "størrelse", "aftale", "rammeaftale", "udbud", "svar", "svaret", "inviteret", "sendt", "emne",
    "ydelse", "ydelser", "produkt", "produkter", "virksomhedstype", "virksomhedsform", "firmatype",
    "stiftet",
})  # fmt: skip
