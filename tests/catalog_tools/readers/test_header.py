"""Tables of other programs open as they are: headers in any case, address books, no header at all."""

from __future__ import annotations

import pytest
from source_samples import read

from catalog_tools.readers.sources import ColumnMapping, Record, SourceWarning


@pytest.mark.parametrize(
    ("header", "row", "name", "aliases"),
    [
        ("NAME", "A", "A", ()),
        ("Id,Station Name,Also Known As", "1,A,B|C", "A", ("B", "C")),
        ("artist,Título", "X,A", "A", ()),
        ("title,name", "X,A", "A", ()),
        ("label,display_name", "X,A", "A", ()),
    ],
)
def test_headers_in_any_case_and_their_synonyms(tmp_path, header, row, name, aliases):
    (record,) = read(tmp_path, "a.csv", f"{header}\n{row}\n")
    assert (record.name, record.aliases) == (name, aliases)


def test_a_synonym_is_noted(tmp_path):
    with pytest.warns(SourceWarning, match="name is read from the column 'Titel'"):
        read(tmp_path, "a.csv", "Titel,x\nA,1\n")


GOOGLE = (
    "Name,Given Name,Additional Name,Family Name,Yomi Name,Nickname,Notes,Group Membership,E-mail 1 - Type,"
    "E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,Organization 1 - Name\n"
    "Dr. Anna Lena Berg,Anna,Lena,Berg,,Leni,n,* My,Home,a@x.example ::: b@x.example,Mobile,+49 1 ::: +49 2,Acme\n"
    ",,,,,,,,,,Work,2,Pizza Hut\n"
    "Mum,,,,,,,,,,Work,3,\n"
)
OUTLOOK = (
    '"Title","First Name","Middle Name","Last Name","Company","Business Fax","Business Phone","Mobile Phone",'
    '"E-mail Address","E-mail 2 Address","Nickname"\n"Dr.","Bo","","Li","","9","1","2","b@x.example","","Bobo, B"\n'
)
OUTLOOK_DE = "Anrede;Vorname;Nachname;Firma;Mobiltelefon;E-Mail-Adresse\nFrau;Eva;Kern;;5;e@x.example\n"
OUTLOOK_FR = "Prénom,Nom,Société,Téléphone mobile\nRené,Dupont,,6\n"


@pytest.mark.parametrize(
    ("text", "records"),
    [
        (
            GOOGLE,
            [
                ("Anna Lena Berg", ("Leni",), {"given": "Anna", "family": "Berg", "organization": "Acme",
                                               "phones": ["+49 1", "+49 2"], "emails": ["a@x.example", "b@x.example"]}),
                ("Pizza Hut", (), {"phones": ["2"]}),
                ("Mum", (), {"phones": ["3"]}),
            ],
        ),
        (OUTLOOK, [("Bo Li", ("Bobo", "B"), {"phones": ["1", "2"], "emails": ["b@x.example"]})]),
        (OUTLOOK_DE, [("Eva Kern", (), {"phones": ["5"], "emails": ["e@x.example"]})]),
        (OUTLOOK_FR, [("René Dupont", (), {"phones": ["6"]})]),
    ],
    ids=["google", "outlook", "outlook-de", "outlook-fr"],
)  # fmt: skip
def test_address_books(tmp_path, text, records):
    assert [(one.name, one.aliases, one.metadata) for one in read(tmp_path, "a.csv", text)] == records


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("First,Last", "A B"),
        ("Given names,Surname", "A B"),
        ("Forename,Surname", "A B"),
        ("fname,lname", "A B"),
        ("givenName,sn", "A B"),
        ("Vorname,Name", "A B"),
        ("Name,Vorname", "B A"),
        ("vorname,name", "A B"),
        ("Rufname,Familienname", "A B"),
        ("Vorname,Zuname", "A B"),
        ("Prénoms,Nom", "A B"),
        ("Prénom,Nom d'usage", "A B"),
        ("Nom de famille,Prénom", "B A"),
        ("Nombres,Apellidos", "A B"),
        ("Nombre de pila,Apellido", "A B"),
        ("Nome,Cognome", "A B"),
        ("Cognome,Nome di battesimo", "B A"),
        ("Name,Surname", "A B"),
        ("First Name,Name", "A B"),
        ("name,nombre", "A"),  # one name in two languages
        ("Name,Nom", "A"),
    ],
)
def test_given_and_family_names_under_common_headers(tmp_path, header, name):
    assert [one.name for one in read(tmp_path, "a.csv", f"{header}\nA,B\n")] == [name]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Nombre,Apellido1,Apellido2\nAna,Ruiz,Gil\nEva,,Sanz\n", ["Ana Ruiz Gil", "Eva Sanz"]),
        ("Nombre,Primer apellido,Segundo apellido\nAna,Ruiz,\n", ["Ana Ruiz"]),
        ("Vorname,Name\nAda,Ada Lovelace\nAda,Lovelace\n,Taxi\n", ["Ada Lovelace", "Ada Lovelace", "Taxi"]),
        ("Name,Surname\nAda Lovelace,Lovelace\nAda,Lovelace\n", ["Ada Lovelace", "Ada Lovelace"]),
        ("Vorname,Nachname\nAli,Ali\n", ["Ali Ali"]),
        (
            "name,first_name,last_name\nQueen,Farrokh,Bulsara\n",
            ["Queen"],
        ),  # a catalog that says more of its names
    ],
)
def test_names_in_two_columns_and_whole_ones_beside_them(tmp_path, text, names):
    assert [one.name for one in read(tmp_path, "a.csv", text)] == names


def test_an_address_book_keeps_the_columns_that_are_asked_for(tmp_path):
    records = read(tmp_path, "a.csv", OUTLOOK, mapping=ColumnMapping(keep=("title",)))
    assert records[0].metadata == {"Title": "Dr."}
    joined = ColumnMapping({"name": ("Title+Last Name+middle name",)}, keep=())
    assert read(tmp_path, "b.csv", OUTLOOK, mapping=joined) == [Record("Dr. Li", ("Bobo, B",), row=2)]


def test_a_column_that_is_called_with_a_plus_is_itself(tmp_path):
    mapping = ColumnMapping({"name": ("a+b",)}, keep=())
    assert read(tmp_path, "a.csv", "a,a+b\n1,2\n", mapping=mapping)[0].name == "2"
    assert read(tmp_path, "a.jsonl", '{"a": "1", "b": 2}\n{"a+b": "3"}\n', mapping=mapping)[0].name == "1 2"


def test_files_without_a_header(tmp_path):
    with pytest.warns(SourceWarning, match="columns are column 1, name, url, url 2"):
        (record,) = read(tmp_path, "a.csv", "7,Jazz One,http://x/1,http://x/2\n")
    assert record == Record(
        "Jazz One", (), None, {"column 1": "7", "url": "http://x/1", "url 2": "http://x/2"}, 1
    )
    named = read(tmp_path, "b.csv", "A,7\nB,8\n", header=("name", "popularity"))
    assert [(one.name, one.metadata) for one in named] == [("A", {"popularity": 7}), ("B", {"popularity": 8})]


def test_comments_above_a_table(tmp_path):
    text = "# my list\n# name,url,encoding\n# a remark\nJazz One,http://x/1\n# off\n#1 Hits,http://x/2\n"
    with pytest.warns(SourceWarning, match="its first line is a row"):
        assert [one.name for one in read(tmp_path, "a.csv", text)] == ["Jazz One", "#1 Hits"]
    told = read(tmp_path, "b.csv", text.replace("# a remark\n", ""))
    assert [(one.name, one.row) for one in told] == [("Jazz One", 3), ("#1 Hits", 5)]
    assert [one.name for one in read(tmp_path, "c.csv", "# made today\nname,x\nA,1\n")] == ["A"]
    with pytest.warns(SourceWarning, match="'Station'"):
        assert [one.name for one in read(tmp_path, "d.csv", "#,Station\n1,A\n")] == ["A"]
