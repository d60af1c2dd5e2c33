use proptest::prelude::*;

use super::*;

fn encoded(text: &[u8], precision: Precision) -> Result<Vec<u8>, JsonError> {
    let mut out = vec![0xC1];
    let parsed = json_to_msgpack(text, precision, &mut out);
    assert_eq!(out[0], 0xC1);
    match parsed {
        Ok(()) => Ok(out.split_off(1)),
        Err(error) => {
            assert_eq!(out, [0xC1]);
            assert!(error.offset <= text.len());
            Err(error)
        }
    }
}

fn double(text: &str) -> Vec<u8> {
    encoded(text.as_bytes(), Precision::Double).unwrap()
}

fn single(text: &str) -> Vec<u8> {
    encoded(text.as_bytes(), Precision::Single).unwrap()
}

fn float_64(value: f64) -> Vec<u8> {
    [&[0xCB], &value.to_be_bytes()[..]].concat()
}

fn float_32(value: f32) -> Vec<u8> {
    [&[0xCA], &value.to_be_bytes()[..]].concat()
}

#[test]
fn scalars() {
    for (text, bytes) in [
        ("null", &[0xC0][..]),
        ("false", &[0xC2]),
        (" \t\r\ntrue \t\r\n", &[0xC3]),
        ("0", &[0]),
        ("-0", &[0]),
        ("-0.0", &[0]),
        ("-1e-400", &[0]),
        ("1.0", &[1]),
        ("1e3", &[0xCD, 0x03, 0xE8]),
        ("-5e0", &[0xFB]),
        ("-33", &[0xD0, 0xDF]),
        (
            "18446744073709551615",
            &[0xCF, 255, 255, 255, 255, 255, 255, 255, 255],
        ),
        (
            "18446744073709549568.0",
            &[0xCF, 255, 255, 255, 255, 255, 255, 0xF8, 0],
        ),
        ("-9223372036854775809", &[0xD3, 0x80, 0, 0, 0, 0, 0, 0, 0]),
        (r#""""#, &[0xA0]),
        (r#""a\u0000b""#, &[0xA3, b'a', 0, b'b']),
        ("\"\u{7f}\u{e9}\"", &[0xA3, 0x7F, 0xC3, 0xA9]),
        ("[]", &[0x90]),
        ("[ ]", &[0x90]),
        ("{ }", &[0x80]),
        ("[1,[2 , 3],{}]", &[0x93, 1, 0x92, 2, 3, 0x80]),
        (
            r#"{ "a" : 1 , "a":[2]}"#,
            &[0x82, 0xA1, b'a', 1, 0xA1, b'a', 0x91, 2],
        ),
        (
            r#"{"b":{"":null},"a":0}"#,
            &[0x82, 0xA1, b'b', 0x81, 0xA0, 0xC0, 0xA1, b'a', 0],
        ),
    ] {
        assert_eq!(double(text), bytes, "{text}");
    }
    assert_eq!(
        encoded(b"\"\xFF\xFE\"", Precision::Double).unwrap(),
        [0xA2, 0xFF, 0xFE]
    );
}

#[test]
fn doubles() {
    assert_eq!(double("0.1"), float_64(0.1));
    assert_eq!(double("-1.5"), float_64(-1.5));
    assert_eq!(
        double("18446744073709551616"),
        float_64(18_446_744_073_709_551_616.0)
    );
    assert_eq!(
        double("-9223372036854777856"),
        float_64(-9_223_372_036_854_777_856.0)
    );
    assert_eq!(double("1e300"), float_64(1e300));
    assert_eq!(double("NaN"), float_64(f64::NAN));
    assert_eq!(double("-NaN"), float_64(f64::NAN));
    assert_eq!(double("Inf"), float_64(f64::INFINITY));
    assert_eq!(double("-Infinity"), float_64(f64::NEG_INFINITY));
}

#[test]
fn single_precision() {
    assert_eq!(single("1.5"), float_32(1.5));
    assert_eq!(single("0.1"), float_32(0.1));
    assert_eq!(single("NaN"), float_32(f32::NAN));
    assert_eq!(single("1e30"), float_32(1e30));
    assert_eq!(
        single("18446744073709551616"),
        float_32(18_446_744_073_709_551_616.0)
    );
    assert_eq!(
        single("1.1754943508222875e-38"),
        float_32(f32::MIN_POSITIVE)
    );
    assert_eq!(single("3.40282346e38"), float_32(f32::MAX));
    assert_eq!(single("3.4028235e38"), float_64(3.402_823_5e38));
    assert_eq!(single("1.17549434e-38"), float_64(1.175_494_34e-38));
    assert_eq!(single("-1.5"), float_64(-1.5));
    assert_eq!(single("Infinity"), float_64(f64::INFINITY));
    assert_eq!(single("16777217.5"), [0xCE, 1, 0, 0, 2]);
    assert_eq!(single("16777217"), [0xCE, 1, 0, 0, 1]);
    assert_eq!(single("1e15"), double("999999986991104"));
    assert_eq!(single("0.0"), [0]);
}

/// Texts keyvi keeps as strings.
const NOT_JSON: &[&str] = &[
    "",
    " ",
    "nan",
    "True",
    "1 2",
    "[1,2,]",
    "[,1]",
    "[1 2]",
    "[1",
    "[",
    "]",
    "[1]]",
    "[}",
    "{]",
    "'x'",
    "01",
    ".5",
    "1.",
    "1e400",
    "0e400",
    "0e462097431906509019562988736854",
    "1 // one",
    "/**/1",
    "[1]/**/",
    "\u{feff}1",
    "\"a\tb\"",
    "\"a\nb\"",
    r#""\ud800""#,
    r#""\udc00x""#,
    r#""\x41""#,
    "\"abc",
    "truex",
    "tru",
    "nul",
    "{\"a\":1,}",
    "{\"a\"}",
    "{\"a\" 1}",
    "{\"a\":}",
    "{a:1}",
    "{1:2}",
    "{,}",
    "{\"a\":1 \"b\":2}",
    "+1",
    "-",
    "--1",
    "Infin",
    "\u{b}1",
    "\u{c}1",
    "\u{a0}1",
    "plain words",
];

#[test]
fn not_json() {
    for text in NOT_JSON {
        assert!(
            encoded(text.as_bytes(), Precision::Double).is_err(),
            "{text}"
        );
        let mut out = Vec::new();
        json_or_text_to_msgpack(text.as_bytes(), Precision::Double, &mut out);
        let mut string = Vec::new();
        msgpack::write_str(text.as_bytes(), &mut string);
        assert_eq!(out, string, "{text}");
    }
}

#[test]
fn errors_say_where() {
    let error = |text: &str| encoded(text.as_bytes(), Precision::Double).unwrap_err();
    assert_eq!(
        error("[1,2,]").to_string(),
        "not JSON at byte 5: a value is missing"
    );
    assert_eq!(error("{\"a\":1,}").offset, 7);
    assert_eq!(error("[1] x").offset, 4);
    assert_eq!(error("[1e400]").offset, 1);
    assert_eq!(error("\"ab\u{1}\"").offset, 3);
    assert_eq!(error("").offset, 0);
}

#[test]
fn text_ends_at_a_nul_if_what_stands_before_is_json() {
    let lenient = |text: &[u8]| {
        let mut out = vec![7];
        json_or_text_to_msgpack(text, Precision::Double, &mut out);
        out
    };
    assert_eq!(lenient(b"1\x002"), [7, 1]);
    assert_eq!(lenient(b" [] \0]"), [7, 0x90]);
    assert_eq!(lenient(b"\0"), [7, 0xA1, 0]);
    assert_eq!(lenient(b"\"a\0b\""), [7, 0xA5, b'"', b'a', 0, b'b', b'"']);
    assert_eq!(encoded(b"1\x002", Precision::Double).unwrap_err().offset, 1);
}

#[test]
fn long_containers() {
    for entries in [14, 15, 16, 17, 65_535, 65_536] {
        let list = vec!["1"; entries].join(",");
        let members = vec!["\"k\":[]"; entries].join(",");

        let mut array = Vec::new();
        msgpack::write_array_header(entries, &mut array);
        array.extend(std::iter::repeat_n(1, entries));
        assert_eq!(double(&format!("[{list}]")), array);

        let mut map = Vec::new();
        msgpack::write_map_header(entries, &mut map);
        map.extend([0xA1, b'k', 0x90].repeat(entries));
        assert_eq!(double(&format!("{{{members}}}")), map);

        // long ones within short ones within long ones, one behind the other
        let nested = double(&format!("[[[{list}],{{{members}}}],7{}]", ",8".repeat(20)));
        let tail = [&[7][..], &[8; 20]].concat();
        assert_eq!(
            nested,
            [&[0xDC, 0, 22, 0x92], &array[..], &map, &tail].concat()
        );
    }
}

#[test]
fn strings_with_escapes_of_every_header_length() {
    for length in [1, 30, 31, 32, 255, 256, 65_535, 65_536] {
        let mut bytes = Vec::new();
        msgpack::write_str(&[&b"\n"[..], &vec![b'x'; length - 1]].concat(), &mut bytes);
        assert_eq!(double(&format!("\"\\n{}\"", "x".repeat(length - 1))), bytes);
    }
}

#[test]
fn deep_nesting_takes_neither_stack_nor_quadratic_time() {
    const DEPTH: usize = 1_000_000;
    let mut text = vec![b'['; DEPTH];
    assert!(encoded(&text, Precision::Double).is_err());
    text.resize(2 * DEPTH, b']');
    let mut expected = vec![0x91; DEPTH - 1];
    expected.push(0x90);
    assert_eq!(encoded(&text, Precision::Double).unwrap(), expected);
    assert_eq!(json_skip(&text, 0), Ok(text.len()));

    // each level has a header longer than a byte
    let mut text = b"[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,".repeat(DEPTH / 10);
    text.push(b'0');
    text.resize(text.len() + DEPTH / 10, b']');
    let mut expected = [&[0xDC, 0, 16][..], &[0; 15]].concat().repeat(DEPTH / 10);
    expected.push(0);
    assert_eq!(encoded(&text, Precision::Double).unwrap(), expected);
}

#[test]
fn values_are_cut_out_of_lines() {
    let line = br#"{"key":"a","value": [1,{"b":"]\""}] ,"x":12 }"#;
    assert_eq!(json_skip(line, 19), Ok(35));
    assert_eq!(&line[20..35], br#"[1,{"b":"]\""}]"#);
    assert_eq!(json_skip(line, 41), Ok(43));
    assert_eq!(json_skip(b"01", 0), Ok(1));
    assert_eq!(json_skip(b"-Infinity,", 0), Ok(9));
    assert!(json_skip(b"1e400", 0).is_err());
    assert!(json_skip(b"1", 1).is_err());
    assert!(json_skip(b"1", usize::MAX).is_err());
}

proptest! {
    #[test]
    fn skipping_agrees_with_parsing(text in "[\\[\\]{}:,\"\\\\ a1.e\\-un]{0,12}") {
        let skipped = json_skip(text.as_bytes(), 0).and_then(|end| expect_end(text.as_bytes(), end));
        prop_assert_eq!(skipped, encoded(text.as_bytes(), Precision::Single).map(|_| ()));
    }

    #[test]
    fn any_bytes_give_one_object(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        let mut out = Vec::new();
        json_or_text_to_msgpack(&bytes, Precision::Double, &mut out);
        prop_assert_eq!(msgpack::skip_msgpack(&out, 0), Ok(out.len()));
    }
}
