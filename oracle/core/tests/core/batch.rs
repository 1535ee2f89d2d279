use guerdon_core::B256;
use guerdon_core::batch::{BatchError, Chunk, Entry, MAX_ENTRY_UNITS, chunks, entries_hash, total, unpack};
use guerdon_core::model::ContributorId;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn entry(id: u64, units: u64) -> Entry {
    Entry { id: ContributorId(id), units }
}

#[test]
fn an_entry_is_fourteen_bytes_big_endian() {
    let chunk = &chunks(&[entry(0x0102_0304_0506_0708, 0x0a0b_0c0d_0e0f)], 500).unwrap()[0];
    assert_eq!(chunk.entries, [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15]);
    assert_eq!(chunk.rest, B256::ZERO);
}

#[test]
fn entries_out_of_order_or_range_are_refused() {
    assert_eq!(total(&[]), Err(BatchError::Empty));
    assert_eq!(total(&[entry(2, 1), entry(2, 1)]), Err(BatchError::Order { position: 1, id: ContributorId(2) }));
    assert_eq!(total(&[entry(1, 0)]), Err(BatchError::Units { position: 0, units: 0 }));
    let above = MAX_ENTRY_UNITS + 1;
    assert_eq!(total(&[entry(1, above)]), Err(BatchError::Units { position: 0, units: above }));
    assert_eq!(chunks(&[entry(1, 1)], 501), Err(BatchError::ChunkSize(501)));
    assert_eq!(unpack(&[0; 15]), Err(BatchError::Length(15)));
}

fn some_entries() -> impl Strategy<Value = Vec<Entry>> {
    prop::collection::btree_map(any::<u64>(), 1..=MAX_ENTRY_UNITS, 1..60)
        .prop_map(|map: BTreeMap<u64, u64>| map.into_iter().map(|(id, units)| entry(id, units)).collect())
}

proptest! {
    #[test]
    fn chunks_carry_every_entry_and_each_hash_covers_the_rest(entries in some_entries(), size in 1usize..=20) {
        let cut = chunks(&entries, size).unwrap();
        let bytes: Vec<u8> = cut.iter().flat_map(|chunk| chunk.entries.clone()).collect();
        prop_assert_eq!(unpack(&bytes).unwrap(), entries.clone());
        for pair in cut.windows(2) {
            prop_assert_eq!(pair[0].rest, pair[1].hash());
        }
        prop_assert_eq!(cut.last().unwrap().rest, B256::ZERO);
        prop_assert_eq!(entries_hash(&entries).unwrap(), chunks(&entries, 500).unwrap().first().map(Chunk::hash).unwrap());
    }

    #[test]
    fn any_changed_entry_changes_the_hash(entries in some_entries(), at: prop::sample::Index) {
        let mut other = entries.clone();
        let slot = at.get(&other).units;
        let at = at.index(other.len());
        other[at].units = if slot == MAX_ENTRY_UNITS { 1 } else { slot + 1 };
        prop_assert_ne!(entries_hash(&other).unwrap(), entries_hash(&entries).unwrap());
    }
}
