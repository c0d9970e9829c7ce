// SPDX-License-Identifier: MIT
//! Tantivy, with the settings of its driver in the search-benchmark-game: one field with positions and
//! field norms, an arena of 2 GB, the default merge policy, merged into one segment, TopDocs and Count
//! collectors. Instead of its plain tokenizer the field has `en_stem`, and one thread builds.
//!
//! Speaks as bench/drivers/common/driver.h says.

mod input;

use input::{Clause, Occurs, Query};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::time::{Duration, Instant};
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, Occur, PhraseQuery, TermQuery};
use tantivy::schema::{
    Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions, Value, STORED,
};
use tantivy::{DocAddress, Index, IndexWriter, Score, Searcher, TantivyDocument, Term};

type Failure = Box<dyn std::error::Error>;

const LISTED: usize = 10;

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let outcome = match words.get(1).map(String::as_str) {
        Some("index") if words.len() >= 4 => build(&words[2], &words[3], &words[4..]),
        Some("search") if words.len() >= 4 => converse(&words[2], &words[3]),
        _ => Err("usage: index DOCS INDEX [stored] | search INDEX QUERIES".into()),
    };
    if let Err(failure) = outcome {
        eprintln!("tantivy: {failure}");
        std::process::exit(3);
    }
}

// ---- building ----

fn schema(stored: bool) -> Schema {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("en_stem")
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let mut text = TextOptions::default().set_indexing_options(indexing);
    if stored {
        text = text.set_stored();
    }
    let mut builder = Schema::builder();
    builder.add_text_field("id", STORED);
    builder.add_text_field("text", text);
    builder.build()
}

fn cpu_seconds() -> f64 {
    let read = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after: Vec<&str> = read.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |i: usize| after.get(i).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

struct Phases(Instant, f64);

impl Phases {
    fn end(&mut self, name: &str) {
        let cpu = cpu_seconds();
        println!("phase {name} {:.3} {:.3}", self.0.elapsed().as_secs_f64(), cpu - self.1);
        *self = Phases(Instant::now(), cpu);
    }
}

fn build(docs: &str, path: &str, options: &[String]) -> Result<(), Failure> {
    let mut stored = false;
    for option in options {
        match option.as_str() {
            "stored" => stored = true,
            _ => return Err(format!("unknown option {option}").into()),
        }
    }
    let mut phases = Phases(Instant::now(), cpu_seconds());
    let schema = schema(stored);
    let (id, text) = (schema.get_field("id")?, schema.get_field("text")?);
    let index = Index::create_in_dir(Path::new(path), schema)?;
    {
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 2_000_000_000)?;
        let mut input = input::Documents::open(docs)?;
        while let Some((doc_id, doc_text)) = input.next()? {
            let mut document = TantivyDocument::default();
            document.add_text(id, doc_id);
            document.add_text(text, doc_text);
            writer.add_document(document)?;
        }
        phases.end("add");
        writer.commit()?;
        writer.wait_merging_threads()?;
        phases.end("commit");
    }
    let segments = index.searchable_segment_ids()?;
    let mut writer: IndexWriter = index.writer(1_500_000_000)?;
    if segments.len() > 1 {
        writer.merge(&segments).wait()?;
    }
    writer.garbage_collect_files().wait()?;
    phases.end("merge");
    Ok(())
}

// ---- searching ----

/// The terms of some words, as the field's analyzer makes them.
fn terms(index: &Index, field: Field, words: &str) -> Result<Vec<Term>, Failure> {
    let mut analyzer = index.tokenizer_for_field(field)?;
    let mut stream = analyzer.token_stream(words);
    let mut terms = Vec::new();
    stream.process(&mut |token| terms.push(Term::from_field_text(field, &token.text)));
    Ok(terms)
}

fn clause_query(index: &Index, field: Field, clause: &Clause) -> Result<Box<dyn tantivy::query::Query>, Failure> {
    let terms = terms(index, field, &clause.words)?;
    Ok(match terms.len() {
        0 => Box::new(tantivy::query::EmptyQuery),
        1 => Box::new(TermQuery::new(terms[0].clone(), IndexRecordOption::WithFreqs)),
        _ => Box::new(PhraseQuery::new(terms)),
    })
}

fn prepare(index: &Index, field: Field, query: &Query) -> Result<Box<dyn tantivy::query::Query>, Failure> {
    if query.clauses.len() == 1 {
        return clause_query(index, field, &query.clauses[0]);
    }
    let mut parts = Vec::new();
    for clause in &query.clauses {
        let occur = match clause.occurs {
            Occurs::Must => Occur::Must,
            Occurs::May => Occur::Should,
            Occurs::MustNot => Occur::MustNot,
        };
        parts.push((occur, clause_query(index, field, clause)?));
    }
    Ok(Box::new(BooleanQuery::new(parts)))
}

#[derive(Default)]
struct Found {
    count: Option<usize>,
    top: Vec<(Score, DocAddress)>,
}

fn search(searcher: &Searcher, query: &dyn tantivy::query::Query, command: &str) -> Result<Found, Failure> {
    let top = |k: usize| TopDocs::with_limit(k).order_by_score();
    let only = |top| Found { count: None, top };
    Ok(match command {
        "TOP_10" => only(searcher.search(query, &top(10))?),
        "TOP_100" => only(searcher.search(query, &top(100))?),
        "TOP_1000" => only(searcher.search(query, &top(1000))?),
        "COUNT" => Found { count: Some(query.count(searcher)?), top: Vec::new() },
        "TOP_10_COUNT" => {
            let (top, count) = searcher.search(query, &(top(10), Count))?;
            Found { count: Some(count), top }
        }
        _ => return Err(format!("unknown command {command}").into()),
    })
}

/// What is written of an answer: the count or -1, hits, the last score, the first ids and scores.
fn answer(searcher: &Searcher, id: Field, found: &Found) -> Result<String, Failure> {
    let count = found.count.map_or(-1, |count| count as i64);
    let last = found.top.last().map_or(0.0, |hit| hit.0);
    let mut line = format!("\t{count}\t{}\t{last}\t", found.top.len());
    for (i, (score, address)) in found.top.iter().take(LISTED).enumerate() {
        let document: TantivyDocument = searcher.doc(*address)?;
        let name = document.get_first(id).and_then(|value| value.as_str()).unwrap_or("");
        write!(line, "{}{name} {score}", if i > 0 { " " } else { "" })?;
    }
    Ok(line)
}

fn run(searcher: &Searcher, id: Field, queries: &[(Query, Box<dyn tantivy::query::Query>)], order: &str)
    -> Result<usize, Failure> {
    let words: Vec<&str> = order.splitn(6, ' ').collect();
    let [_, class, command, limit, answers, path] = words[..] else {
        return Err(format!("what is: {order}").into());
    };
    let end = Instant::now() + Duration::from_secs_f64(limit.parse::<f64>()? / 1000.0);
    let mut file = io::BufWriter::new(fs::File::create(path)?);
    let mut done = 0;
    for (query, prepared) in queries.iter().filter(|(query, _)| query.class == class) {
        let start = Instant::now();
        if done > 0 && start > end {
            break;
        }
        let found = search(searcher, prepared.as_ref(), command)?;
        let mut spent = start.elapsed();
        write!(file, "{}", query.number)?;
        if answers == "1" {
            write!(file, "{}", answer(searcher, id, &found)?)?;
        }
        let start = Instant::now();
        drop(found);
        spent += start.elapsed();
        writeln!(file, "\t{}", spent.as_nanos())?;
        done += 1;
    }
    file.flush()?;
    Ok(done)
}

fn converse(path: &str, queries: &str) -> Result<(), Failure> {
    let queries = input::read_queries(queries)?;
    let start = Instant::now();
    let index = Index::open_in_dir(path)?;
    let searcher = index.reader()?.searcher();
    println!("open {:.6}", start.elapsed().as_secs_f64());
    let (id, text) = (index.schema().get_field("id")?, index.schema().get_field("text")?);
    let mut prepared = Vec::new();
    for query in queries {
        let made = prepare(&index, text, &query)?;
        prepared.push((query, made));
    }
    println!("ready {}", prepared.len());
    for line in io::stdin().lock().lines() {
        let line = line?;
        if line == "quit" {
            break;
        }
        println!("ok {}", run(&searcher, id, &prepared, &line)?);
    }
    Ok(())
}
