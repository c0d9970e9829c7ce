// SPDX-License-Identifier: MIT
//! The prepared documents and queries, as bench/README.md describes them.

use std::fs::{self, File};
use std::io::{BufReader, Read};

type Failure = Box<dyn std::error::Error>;

pub struct Documents {
    reader: BufReader<File>,
    left: u64,
}

impl Documents {
    pub fn open(path: &str) -> Result<Documents, Failure> {
        let mut reader = BufReader::with_capacity(1 << 20, File::open(path)?);
        let mut header = [0u8; 24];
        reader.read_exact(&mut header)?;
        if &header[..8] != b"BDOCS1\n\0" {
            return Err(format!("{path} is no documents file").into());
        }
        let left = u64::from_le_bytes(header[8..16].try_into()?);
        Ok(Documents { reader, left })
    }

    fn text(&mut self, length: u32) -> Result<String, Failure> {
        let mut bytes = vec![0u8; length as usize];
        self.reader.read_exact(&mut bytes)?;
        Ok(String::from_utf8(bytes)?)
    }

    /// The next document's id and text.
    pub fn next(&mut self) -> Result<Option<(String, String)>, Failure> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let mut lengths = [0u8; 8];
        self.reader.read_exact(&mut lengths)?;
        let id = self.text(u32::from_le_bytes(lengths[..4].try_into()?))?;
        let text = self.text(u32::from_le_bytes(lengths[4..].try_into()?))?;
        Ok(Some((id, text)))
    }
}

#[derive(Clone, Copy, PartialEq)]
pub enum Occurs {
    Must,
    May,
    MustNot,
}

pub struct Clause {
    pub occurs: Occurs,
    pub words: String,
}

pub struct Query {
    pub number: String,
    pub class: String,
    pub clauses: Vec<Clause>,
}

pub fn read_queries(path: &str) -> Result<Vec<Query>, Failure> {
    let mut queries = Vec::new();
    for line in fs::read_to_string(path)?.lines() {
        let mut fields = line.split('\t');
        let number = fields.next().unwrap_or("").to_string();
        let class = fields.next().unwrap_or("").to_string();
        let mut clauses = Vec::new();
        for field in fields {
            let occurs = match field.as_bytes().first() {
                Some(b'+') => Occurs::Must,
                Some(b'?') => Occurs::May,
                Some(b'-') => Occurs::MustNot,
                _ => return Err(format!("a part of a query is not of the form: {field}").into()),
            };
            clauses.push(Clause { occurs, words: field[1..].to_string() });
        }
        queries.push(Query { number, class, clauses });
    }
    Ok(queries)
}
