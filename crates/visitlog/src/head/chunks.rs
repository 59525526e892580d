//! A list that grows without moving what it holds and without doubling its memory.

/// Items of one chunk; at 48 bytes a record, 192 KiB.
const CHUNK_ITEMS: usize = 1 << CHUNK_BITS;
const CHUNK_BITS: u32 = 12;

/// A list in chunks of equal size. Only the first chunk starts small, for the days that see few
/// visits.
pub(super) struct Chunks<T> {
    chunks: Vec<Vec<T>>,
    length: usize,
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self { chunks: Vec::new(), length: 0 }
    }
}

impl<T: Copy> Chunks<T> {
    pub(super) fn len(&self) -> usize {
        self.length
    }

    pub(super) fn get(&self, index: usize) -> &T {
        &self.chunks[index >> CHUNK_BITS][index & (CHUNK_ITEMS - 1)]
    }

    pub(super) fn get_mut(&mut self, index: usize) -> &mut T {
        &mut self.chunks[index >> CHUNK_BITS][index & (CHUNK_ITEMS - 1)]
    }

    pub(super) fn push(&mut self, item: T) {
        if self.length >> CHUNK_BITS == self.chunks.len() {
            let items = if self.chunks.is_empty() { 4 } else { CHUNK_ITEMS };
            self.chunks.push(Vec::with_capacity(items));
        }
        self.chunks[self.length >> CHUNK_BITS].push(item);
        self.length += 1;
    }

    /// Bytes taken from the allocator.
    pub(super) fn bytes(&self) -> usize {
        let items: usize = self.chunks.iter().map(Vec::capacity).sum();
        items * size_of::<T>() + self.chunks.capacity() * size_of::<Vec<T>>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_stay_where_they_were_put() {
        let mut chunks = Chunks::default();
        for item in 0..3 * CHUNK_ITEMS + 5 {
            chunks.push(item);
        }
        *chunks.get_mut(CHUNK_ITEMS) = 0;
        assert_eq!(chunks.len(), 3 * CHUNK_ITEMS + 5);
        assert_eq!(*chunks.get(CHUNK_ITEMS), 0);
        assert!((0..chunks.len()).all(|i| i == CHUNK_ITEMS || *chunks.get(i) == i));
    }
}
