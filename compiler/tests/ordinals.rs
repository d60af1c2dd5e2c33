//! Ordinals: from a key to its number and back.

use keyfold_compiler::{Format, Options};
use keyfold_reader::{Dictionary, Error, ValueKind};
use proptest::prelude::*;

use crate::support::{Folder, LAYOUTS, compile, keys, laid_out, long_keys, map, options, values};

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, ..ProptestConfig::default() })]

    #[test]
    fn rank_and_select_undo_each_other(
        (kind, rows) in prop::sample::select(&ValueKind::ALL[..]).prop_flat_map(|kind| {
            let key = prop_oneof![9 => keys(), 1 => long_keys()];
            (Just(kind), prop::collection::vec((key, values(kind)), 0..300))
        }),
        probes in prop::collection::vec(keys(), 12)
    ) {
        let folder = Folder::new();
        let path = folder.file("test.kf");
        let map = map(&rows);
        for layout in LAYOUTS.into_iter().filter(|layout| layout.0 == Format::Native) {
            compile(&laid_out(layout, options(kind)), &rows, &path);
            let dictionary = Dictionary::open(&path).unwrap();
            for (ordinal, (key, value)) in (0..).zip(&map) {
                prop_assert_eq!(dictionary.rank(key).unwrap(), ordinal);
                let found = dictionary.select(ordinal).unwrap().unwrap();
                prop_assert_eq!(&found.key, key);
                prop_assert_eq!(found.value().handle(), dictionary.get(key).unwrap().unwrap().handle());
                let mut text = Vec::new();
                found.value().write_text(&mut text).unwrap();
                prop_assert_eq!(&text, value);
            }
            let end = map.len() as u64;
            for behind in [end, end + 1, 1 << 32, u64::MAX] {
                prop_assert!(dictionary.select(behind).unwrap().is_none());
            }
            let longer: Vec<_> = map.keys().take(40).map(|key| [key, &b"\0"[..]].concat()).collect();
            let shorter: Vec<_> = map.keys().take(40).map(|key| key[..key.len() - 1].to_vec()).collect();
            for probe in probes.iter().chain(&longer).chain(&shorter) {
                let expected = map.range::<Vec<u8>, _>(..probe).count() as u64;
                prop_assert_eq!(dictionary.rank(probe).unwrap(), expected, "{:?}", probe);
            }
            prop_assert_eq!(dictionary.rank(b"").unwrap(), 0);
        }
    }
}

#[test]
fn a_keyvi_file_has_no_ordinals() {
    let folder = Folder::new();
    let path = folder.file("test.kv");
    let options = Options {
        format: Format::Keyvi,
        ..options(ValueKind::KeyOnly)
    };
    compile(&options, &[(b"a".to_vec(), Vec::new())], &path);
    let dictionary = Dictionary::open(&path).unwrap();
    for error in [
        dictionary.rank(b"a").unwrap_err(),
        dictionary.select(0).unwrap_err(),
    ] {
        assert!(matches!(error, Error::Unsupported { .. }), "{error}");
        assert!(error.to_string().contains("native layout"), "{error}");
    }
}
