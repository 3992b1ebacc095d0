def test_smoke(resolver):
    print(resolver.resolve("pon la cadena ser").to_dict())
    assert resolver.selftest() == 4
