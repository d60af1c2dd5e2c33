//! JSON documents, each by itself.
//!
//! A *shape* is what documents with the same names in the same order have in common. Where they differ it has *holes*,
//! one for each name. The values of one name, wherever it comes, are a *column*, which says how they are stored.
//!
//! ```text
//! document  lead u8, then
//!           0 verbatim      a MessagePack object as it is
//!           1 packed        the code of a compression u8 | the compressed payload, to the end     only outermost
//!           2 text          text
//!           3 array         count | a document for each element
//!           4 map           count | for each entry: column, name and value
//!           from 16         lead - 16 of the table of shapes: the bytes it asks for, then the values of the holes
//! value     by the kind of the column:
//!           document        a document
//!           text            count of bytes | token codes                                        or escape
//!           piece           number of the piece among the column's, in the column's code        or escape
//!           number          number - the column's lowest, in the column's code                  or escape
//!           array           count | values of the column of elements                            or escape
//!           single, double  the bytes behind the tag of its MessagePack, of which the first is not 255  or escape
//! escape    255 | a document
//! text      count of bytes | token codes
//! count     in the code of lengths
//! entry     count c < columns: the column's name, then a value of the column
//!           escape: the name as a document, then a document
//! ```
//!
//! A lead with rows is followed by the number of a row of its shape. The row holds the values of the holes that are
//! bound; the others follow. The text of the shape's tail, should the document be the outermost, stands behind
//! all other values, and without its length. There an escape is 255, 255, and a document.
//!
//! A number n of a column with exponent e is the integer n / 10^e, in its shortest form, where that is one, else the
//! double that is closest to n / 10^e.

/// A MessagePack object as it is.
pub const VERBATIM: u8 = 0;

/// A compressed payload.
pub const PACKED: u8 = 1;

/// A text.
pub const TEXT: u8 = 2;

/// An array of documents.
pub const ARRAY: u8 = 3;

/// A map of any names.
pub const MAP: u8 = 4;

/// The first lead of the table of shapes.
pub const FIRST_LEAD: u8 = 16;

/// How many leads the table of shapes can have.
pub const MAX_LEADS: usize = 240;

/// Most bytes of a text's codes.
pub const MAX_TEXT_CODES: usize = 1 << 20;

/// How deep documents may lie in each other.
pub const MAX_DEPTH: u32 = 32;

/// The largest exponent: larger powers of ten are no doubles.
pub const MAX_EXPONENT: u8 = 22;

/// Powers of ten, as doubles and exactly.
pub const POWERS: [f64; MAX_EXPONENT as usize + 1] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];
