//! The frame of a PBF file: where its blobs are, and what is in them.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::ZlibDecoder;
use rayon::prelude::*;

use super::block::Block;
use super::budget::Budget;
use super::wire::{Broken, Fields};
use crate::error::Error;

/// Limits of the format.
const MOST_HEADER: u32 = 64 << 10;
const MOST_BLOB: u32 = 32 << 20;
/// Deflate cannot compress more than 1,032 to 1.
const MOST_COMPRESSION: usize = 1_032;
/// Blobs are decompressed together up to this size.
const BATCH: usize = 32 << 20;

/// An open PBF file with the places of its blobs.
#[derive(Debug)]
pub struct Pbf {
    path: String,
    file: BufReader<File>,
    blobs: Vec<Blob>,
    budget: Budget,
}

#[derive(Debug, Clone, Copy)]
struct Blob {
    start: u64,
    size: u32,
    /// Kinds of elements in it; all until it was read once.
    kinds: u8,
}

/// A blob as read, before it is decompressed.
struct Packed {
    index: usize,
    bytes: Vec<u8>,
    raw_size: usize,
}

impl Pbf {
    /// Opens a file and looks at the headers of its blobs.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let name = path.display().to_string();
        let fail = |reason: String| Error::File { path: name.clone(), reason };
        let about = std::fs::metadata(path).map_err(|error| fail(format!("cannot be opened: {error}")))?;
        if !about.is_file() {
            return Err(fail("is not a file".into()));
        }
        let file = File::open(path).map_err(|error| fail(format!("cannot be opened: {error}")))?;
        let mut pbf =
            Self { path: name.clone(), file: BufReader::new(file), blobs: Vec::new(), budget: Budget::of(about.len()) };
        pbf.index(about.len())?;
        Ok(pbf)
    }

    /// What may still be kept of the file.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// An error about the file.
    pub fn error(&self, reason: impl Into<String>) -> Error {
        Error::File { path: self.path.clone(), reason: reason.into() }
    }

    fn error_at(&self, start: u64, Broken(reason): Broken) -> Error {
        self.error(format!("is damaged or no OSM extract, in the block at byte {start}: {reason}"))
    }

    /// Finds the blobs of elements, and checks that this library understands the file.
    fn index(&mut self, length: u64) -> Result<(), Error> {
        let mut at = 0_u64;
        let mut first = true;
        while at < length {
            let start = at;
            let (data, size) = self.header(&mut at, length).map_err(|broken| self.error_at(start, broken))?;
            let blob = Blob { start: at, size, kinds: u8::MAX };
            at += u64::from(size);
            match data {
                BlobKind::Header => {
                    let packed = self.read(0, blob)?;
                    packed
                        .unpack()
                        .and_then(|bytes| check_features(&bytes))
                        .map_err(|broken| self.error_at(start, broken))?;
                }
                _ if first => return Err(self.error("is not an OSM extract in PBF: it does not begin with OSMHeader")),
                BlobKind::Data => {
                    self.budget.charge::<Blob>(1).map_err(|broken| self.error_at(start, broken))?;
                    self.blobs.push(blob);
                }
                // The format asks readers to pass over what they do not know.
                BlobKind::Other => {}
            }
            first = false;
            self.file.seek(SeekFrom::Start(at)).map_err(|error| self.error(format!("cannot be read: {error}")))?;
        }
        if first { Err(self.error("is empty")) } else { Ok(()) }
    }

    /// Reads the header of a blob and moves `at` behind it.
    fn header(&mut self, at: &mut u64, length: u64) -> Result<(BlobKind, u32), Broken> {
        let mut size = [0; 4];
        self.fill(&mut size)?;
        let size = u32::from_be_bytes(size);
        if size > MOST_HEADER {
            return Err(Broken("its header is said to be larger than 64 KiB"));
        }
        let mut header = vec![0; size as usize];
        self.fill(&mut header)?;
        *at += 4 + u64::from(size);
        let (mut kind, mut size) = (None, None);
        for field in Fields(&header) {
            match field? {
                (1, value) => kind = Some(value.bytes()?),
                (3, value) => size = Some(value.number()?),
                _ => {}
            }
        }
        let size = size.ok_or(Broken("its header has no size"))?;
        let size = u32::try_from(size).ok().filter(|&size| size <= MOST_BLOB);
        let size = size.ok_or(Broken("it is said to be larger than 32 MiB"))?;
        if u64::from(size) > length.saturating_sub(*at) {
            return Err(Broken("the file ends within it; it was not copied to its end"));
        }
        let kind = match kind.ok_or(Broken("its header has no type"))? {
            b"OSMHeader" => BlobKind::Header,
            b"OSMData" => BlobKind::Data,
            _ => BlobKind::Other,
        };
        Ok((kind, size))
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Broken> {
        self.file.read_exact(bytes).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => Broken("the file ends within it; it was not copied to its end"),
            _ => Broken("it cannot be read from the disk"),
        })
    }

    fn read(&mut self, index: usize, blob: Blob) -> Result<Packed, Error> {
        self.file.seek(SeekFrom::Start(blob.start)).map_err(|error| self.error(format!("cannot be read: {error}")))?;
        let mut bytes = vec![0; blob.size as usize];
        self.fill(&mut bytes)
            .and_then(|()| Packed::new(index, bytes))
            .map_err(|broken| self.error_at(blob.start, broken))
    }

    /// Runs `map` over the blocks that hold elements of these kinds, in parallel, and hands its results to `take` in
    /// the order of the file.
    pub fn each<T: Send>(
        &mut self,
        kinds: u8,
        map: impl Fn(&Block<'_>, &Budget) -> Result<T, Broken> + Sync,
        mut take: impl FnMut(T),
    ) -> Result<(), Error> {
        let mut next = 0;
        loop {
            let (mut batch, mut size) = (Vec::new(), 0);
            while next < self.blobs.len() && size < BATCH {
                if let Some(&blob) = self.blobs.get(next).filter(|blob| blob.kinds & kinds != 0) {
                    let packed = self.read(next, blob)?;
                    size += packed.raw_size + packed.bytes.len();
                    batch.push(packed);
                }
                next += 1;
            }
            if batch.is_empty() {
                return Ok(());
            }
            let unpack = |packed: &Packed| {
                let bytes = packed.unpack()?;
                let block = Block::new(&bytes)?;
                Ok((block.kinds()?, map(&block, &self.budget)?))
            };
            let results: Vec<(usize, Result<_, Broken>)> =
                batch.par_iter().map(|packed| (packed.index, unpack(packed))).collect();
            for (index, result) in results {
                let start = self.blobs.get(index).map_or(0, |blob| blob.start);
                let (found, value) = result.map_err(|broken| self.error_at(start, broken))?;
                if let Some(blob) = self.blobs.get_mut(index) {
                    blob.kinds = found;
                }
                take(value);
            }
        }
    }
}

enum BlobKind {
    Header,
    Data,
    Other,
}

impl Packed {
    /// Looks at the sizes a blob claims, before anything is decompressed.
    fn new(index: usize, bytes: Vec<u8>) -> Result<Self, Broken> {
        let mut packed = Self { index, bytes, raw_size: 0 };
        let (content, raw_size) = packed.content()?;
        packed.raw_size = match content {
            Content::Raw(bytes) => bytes.len(),
            Content::Zlib(bytes) => {
                let size = raw_size.and_then(|size| usize::try_from(size).ok());
                let size = size.ok_or(Broken("it does not say how large it is when decompressed"))?;
                if size > MOST_BLOB as usize {
                    return Err(Broken("it is said to be larger than 32 MiB when decompressed"));
                }
                if size > bytes.len().saturating_mul(MOST_COMPRESSION).saturating_add(64) {
                    return Err(Broken("it is said to be larger than its bytes can hold"));
                }
                size
            }
        };
        Ok(packed)
    }

    fn content(&self) -> Result<(Content<'_>, Option<u64>), Broken> {
        let (mut content, mut raw_size) = (None, None);
        for field in Fields(&self.bytes) {
            match field? {
                (1, value) => content = Some(Content::Raw(value.bytes()?)),
                (2, value) => raw_size = Some(value.number()?),
                (3, value) => content = Some(Content::Zlib(value.bytes()?)),
                (4..=7, _) => {
                    return Err(Broken(
                        "it is compressed with lzma, lz4 or zstd; write the file anew with zlib (osmium cat does)",
                    ));
                }
                _ => {}
            }
        }
        Ok((content.ok_or(Broken("it holds no data"))?, raw_size))
    }

    /// The bytes of the block.
    fn unpack(&self) -> Result<Vec<u8>, Broken> {
        match self.content()?.0 {
            Content::Raw(bytes) => Ok(bytes.to_vec()),
            Content::Zlib(bytes) => {
                let mut raw = Vec::with_capacity(self.raw_size);
                // One byte more than announced, so that a longer stream is noticed; the rest is never decompressed.
                let most = u64::try_from(self.raw_size).unwrap_or(u64::MAX).saturating_add(1);
                let read = ZlibDecoder::new(bytes).take(most).read_to_end(&mut raw);
                read.map_err(|_| Broken("its compressed data is damaged"))?;
                if raw.len() == self.raw_size {
                    Ok(raw)
                } else {
                    Err(Broken("it does not have the size that it claims when decompressed"))
                }
            }
        }
    }
}

enum Content<'a> {
    Raw(&'a [u8]),
    Zlib(&'a [u8]),
}

/// Refuses files whose header asks for what this reader cannot do.
fn check_features(header: &[u8]) -> Result<(), Broken> {
    for field in Fields(header) {
        if let (4, value) = field? {
            match value.bytes()? {
                b"OsmSchema-V0.6" | b"DenseNodes" => {}
                b"HistoricalInformation" => {
                    return Err(Broken("it is a history file; take one state of it (osmium time-filter does)"));
                }
                _ => return Err(Broken("it requires a feature that this library does not know")),
            }
        }
    }
    Ok(())
}
