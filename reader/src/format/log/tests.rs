use proptest::prelude::*;

use super::*;

const HEADER: Header = Header {
    number: 5,
    first: 100,
    synced: 99,
    salt: 0x5EED,
};

fn operations(number: u64) -> [(Vec<u8>, Vec<u8>); 2] {
    let key = format!("key {number}").into_bytes();
    let document = vec![0xA2, b'n', b'0' + u8::try_from(number % 10).unwrap()];
    [(key, document), (format!("gone {number}").into(), vec![])]
}

fn payload(number: u64) -> Vec<u8> {
    let mut payload = Vec::new();
    let [(key, document), (gone, _)] = operations(number);
    let (key, document) = (&key[..], &document[..]);
    Operation::Field {
        name: "n",
        kind: FieldType::Int64,
    }
    .write(&mut payload);
    Operation::Set { key, document }.write(&mut payload);
    Operation::Delete { key: &gone }.write(&mut payload);
    payload
}

fn record(header: &Header, sequence: u64, synced: u64, payload: &[u8], file: &mut Vec<u8>) {
    assert!(header.write_record(sequence, synced, |out| out.extend_from_slice(payload), file));
}

/// A log of records, each with the distance to the last one on disk; also where each ends.
fn log(distances: &[u64]) -> (Vec<u8>, Vec<usize>) {
    let mut file = Vec::new();
    HEADER.write(&mut file);
    let mut ends = vec![file.len()];
    for (sequence, distance) in (HEADER.first..).zip(distances) {
        record(
            &HEADER,
            sequence,
            sequence - distance,
            &payload(sequence),
            &mut file,
        );
        ends.push(file.len());
    }
    (file, ends)
}

fn check(file: &[u8], records: usize) {
    let log = Log::read(file).unwrap().unwrap();
    assert_eq!(log.header, HEADER);
    assert_eq!(log.records.len(), records);
    for (record, sequence) in log.records.iter().zip(HEADER.first..) {
        assert_eq!(record.sequence, sequence);
        let [(key, document), (gone, _)] = operations(sequence);
        let found: Vec<_> = record.operations().collect::<Result<_, _>>().unwrap();
        let kind = FieldType::Int64;
        let expected = [
            Operation::Field { name: "n", kind },
            Operation::Set {
                key: &key,
                document: &document,
            },
            Operation::Delete { key: &gone },
        ];
        assert_eq!(found, expected);
    }
}

#[test]
fn names() {
    assert_eq!(file_name(255), "log-00000000000000ff");
    assert_eq!(file_number(&file_name(u64::MAX)), Some(u64::MAX));
    for name in [
        "log-ff",
        "log-00000000000000FF",
        "log-+0000000000000ff",
        "index.toc",
    ] {
        assert_eq!(file_number(name), None, "{name}");
    }
}

#[test]
fn round_trip() {
    for records in 0..5 {
        check(&log(&vec![1; records]).0, records);
    }
}

#[test]
fn a_cut_log_ends_with_its_last_whole_record() {
    let (file, ends) = log(&[1, 1, 1]);
    for cut in 0..file.len() {
        let whole = ends.iter().rposition(|&end| end <= cut);
        match whole {
            Some(whole) => {
                check(&file[..cut], whole);
                assert_eq!(Log::read(&file[..cut]).unwrap().unwrap().end, ends[whole]);
            }
            None => assert_eq!(Log::read(&file[..cut]), Ok(None)),
        }
    }
}

#[test]
fn a_changed_bit_is_damage_or_a_torn_end() {
    let (file, ends) = log(&[1, 1, 1]);
    for bit in 0..8 * file.len() {
        let mut damaged = file.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        if bit / 8 < ends[2] {
            assert!(Log::read(&damaged).is_err(), "bit {bit}");
        } else {
            check(&damaged, 2);
        }
    }
}

#[test]
fn records_that_were_not_on_disk_may_be_lost_in_any_order() {
    // the last three were under way at the same time
    let (file, ends) = log(&[1, 1, 2, 3]);
    for lost in 1..4 {
        for byte in [0, RECORD_LEN, RECORD_LEN + 3] {
            let mut torn = file.clone();
            torn[ends[lost] + byte] ^= 0xFF;
            check(&torn, lost);
        }
        let mut zeros = file.clone();
        zeros[ends[lost]..ends[lost + 1]].fill(0);
        check(&zeros, lost);
    }
    let mut damaged = file;
    damaged[ends[0] + 3] ^= 0xFF;
    assert!(Log::read(&damaged).is_err());
}

#[test]
fn a_torn_end_may_hold_anything() {
    let (file, _) = log(&[1]);
    for filler in [0, 1, 0xFF] {
        let mut torn = file.clone();
        torn.resize(file.len() + 1_000, filler);
        check(&torn, 1);
    }
    // a record of another log, whose salt is another
    let mut other = file.clone();
    other.push(0);
    let stranger = Header { salt: 1, ..HEADER };
    record(
        &stranger,
        HEADER.first + 2,
        HEADER.first + 1,
        b"",
        &mut other,
    );
    check(&other, 1);
}

#[test]
fn misplaced_records_are_damage() {
    let (mut file, _) = log(&[1]);
    record(&HEADER, HEADER.first + 2, HEADER.first, b"", &mut file);
    assert!(Log::read(&file).is_err());
}

#[test]
fn sound_records_of_nonsense_are_damage() {
    for payload in [&[0][..], &[9, 0], &[SET, 1], &[SET, 1, 0], &[FIELD, 0, 99]] {
        let mut file = Vec::new();
        HEADER.write(&mut file);
        record(&HEADER, HEADER.first, 0, payload, &mut file);
        let log = Log::read(&file).unwrap().unwrap();
        let operations: Vec<_> = log.records[0].operations().collect();
        assert!(operations.len() == 1 && operations[0].is_err());
    }
}

#[test]
fn the_search_behind_an_unsound_record_is_bounded() {
    let (mut file, _) = log(&[1]);
    let lost = HEADER.first + 1;
    let records = 20_000;
    for left in (0..records).rev() {
        let length = u32::try_from(left * RECORD_LEN).unwrap();
        file.extend_from_slice(&length.to_le_bytes());
        for number in [0, lost + 1, lost] {
            file.extend_from_slice(&u64::to_le_bytes(number));
        }
    }
    let error = Log::read(&file).unwrap_err();
    assert!(error.reason.contains("looks like"), "{error}");
}

proptest! {
    #[test]
    fn any_bytes_are_a_torn_end(bytes in prop::collection::vec(prop::sample::select(vec![0u8, 1, 2, 101, 255]), 0..300)) {
        let (mut file, ends) = log(&[1, 1]);
        file.extend_from_slice(&bytes);
        let log = Log::read(&file).unwrap().unwrap();
        prop_assert_eq!(log.end, ends[2]);
        prop_assert_eq!(Log::read(&bytes).is_ok(), bytes.len() <= HEADER_LEN);
    }
}
