// SPDX-License-Identifier: MIT

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.misc.index.BPIndexReorderer;
import org.apache.lucene.misc.index.BPReorderingMergePolicy;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/**
 * Lucene, with the settings of its driver in the search-benchmark-game: a buffer of 1 GB, merged into
 * one segment, no query cache, TopScoreDocCollectorManager with the thresholds used there; for
 * `reordered`, BPReorderingMergePolicy at the last merge with 256 MB. Instead of the plain
 * StandardAnalyzer it has EnglishAnalyzer without stop words, one thread adds, and BM25 is 1.2 / 0.75.
 *
 * <p>Speaks as bench/drivers/common/driver.h says. Compiles against Lucene 9.12 and 10.
 */
public final class Driver {
  private static final int LISTED = 10;
  private static final BM25Similarity SIMILARITY = new BM25Similarity(1.2f, 0.75f);

  public static void main(String[] arguments) throws Exception {
    if (arguments.length >= 3 && arguments[0].equals("index")) {
      build(arguments[1], arguments[2], Arrays.asList(arguments).subList(3, arguments.length));
    } else if (arguments.length == 3 && arguments[0].equals("search")) {
      converse(arguments[1], arguments[2]);
    } else {
      System.err.println("lucene: usage: index DOCS INDEX [stored] [reordered] | search INDEX QUERIES");
      System.exit(2);
    }
  }

  private static Analyzer analyzer() {
    return new EnglishAnalyzer(CharArraySet.EMPTY_SET);
  }

  // ---- building ----

  private static long phaseWall;
  private static long phaseCpu;

  private static long cpuNanoseconds() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static void phase(String name) {
    long wall = System.nanoTime(), cpu = cpuNanoseconds();
    if (name != null) {
      System.out.printf(Locale.ROOT, "phase %s %.3f %.3f%n", name, (wall - phaseWall) * 1e-9, (cpu - phaseCpu) * 1e-9);
    }
    phaseWall = wall;
    phaseCpu = cpu;
  }

  private static void build(String docs, String index, List<String> options) throws IOException {
    boolean stored = options.contains("stored");
    boolean reordered = options.contains("reordered");
    IndexWriterConfig config =
        new IndexWriterConfig(analyzer())
            .setRAMBufferSizeMB(1024)
            .setOpenMode(IndexWriterConfig.OpenMode.CREATE)
            .setSimilarity(SIMILARITY);
    if (reordered) {
      BPIndexReorderer reorderer = new BPIndexReorderer();
      reorderer.setRAMBudgetMB(256);
      BPReorderingMergePolicy policy = new BPReorderingMergePolicy(config.getMergePolicy(), reorderer);
      policy.setMinNaturalMergeNumDocs(Integer.MAX_VALUE); // only at the forced merge
      config.setMergePolicy(policy);
    }
    phase(null);
    try (Directory directory = FSDirectory.open(Path.of(index));
        IndexWriter writer = new IndexWriter(directory, config);
        DataInputStream input =
            new DataInputStream(new BufferedInputStream(new FileInputStream(docs), 1 << 20))) {
      byte[] magic = input.readNBytes(8);
      if (!Arrays.equals(magic, "BDOCS1\n\0".getBytes(StandardCharsets.US_ASCII))) {
        throw new IOException(docs + " is no documents file");
      }
      long count = Long.reverseBytes(input.readLong());
      input.readLong();
      Document document = new Document();
      StoredField id = new StoredField("id", "");
      TextField text = new TextField("text", "", stored ? Field.Store.YES : Field.Store.NO);
      document.add(id);
      document.add(text);
      for (long i = 0; i < count; i++) {
        int idLength = Integer.reverseBytes(input.readInt());
        int textLength = Integer.reverseBytes(input.readInt());
        id.setStringValue(new String(input.readNBytes(idLength), StandardCharsets.UTF_8));
        text.setStringValue(new String(input.readNBytes(textLength), StandardCharsets.UTF_8));
        writer.addDocument(document);
        if (reordered && i == count / 2) {
          writer.flush(); // the reordering is done by a merge, which wants two segments
        }
      }
      phase("add");
      writer.forceMerge(1, true);
      writer.commit();
      phase("merge");
    }
  }

  // ---- searching ----

  private record Prepared(String number, String group, Query query) {}

  /** TotalHits.value: a record's method since Lucene 10, a field before. */
  private static final MethodHandle TOTAL = totalHandle();

  private static MethodHandle totalHandle() {
    MethodHandles.Lookup lookup = MethodHandles.lookup();
    try {
      return lookup.findVirtual(TotalHits.class, "value", MethodType.methodType(long.class));
    } catch (ReflectiveOperationException newer) {
      try {
        return lookup.findGetter(TotalHits.class, "value", long.class);
      } catch (ReflectiveOperationException older) {
        throw new IllegalStateException(older);
      }
    }
  }

  private static Query clause(Analyzer analyzer, String words) throws IOException {
    List<Term> terms = new ArrayList<>();
    try (TokenStream stream = analyzer.tokenStream("text", words)) {
      CharTermAttribute term = stream.addAttribute(CharTermAttribute.class);
      stream.reset();
      while (stream.incrementToken()) {
        terms.add(new Term("text", term.toString()));
      }
      stream.end();
    }
    if (terms.isEmpty()) {
      return new MatchNoDocsQuery();
    }
    if (terms.size() == 1) {
      return new TermQuery(terms.get(0));
    }
    PhraseQuery.Builder phrase = new PhraseQuery.Builder();
    terms.forEach(phrase::add);
    return phrase.build();
  }

  private static Prepared prepare(Analyzer analyzer, String line) throws IOException {
    String[] fields = line.split("\t");
    if (fields.length == 3) {
      return new Prepared(fields[0], fields[1], clause(analyzer, fields[2].substring(1)));
    }
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    for (int i = 2; i < fields.length; i++) {
      BooleanClause.Occur occur =
          switch (fields[i].charAt(0)) {
            case '+' -> BooleanClause.Occur.MUST;
            case '?' -> BooleanClause.Occur.SHOULD;
            case '-' -> BooleanClause.Occur.MUST_NOT;
            default -> throw new IOException("a part of a query is not of the form: " + fields[i]);
          };
      all.add(clause(analyzer, fields[i].substring(1)), occur);
    }
    return new Prepared(fields[0], fields[1], all.build());
  }

  private static TopDocs top(IndexSearcher searcher, Query query, int k, int threshold) throws IOException {
    return searcher.search(query, new TopScoreDocCollectorManager(k, null, threshold, false));
  }

  private static int run(IndexSearcher searcher, List<Prepared> queries, String[] order) throws Throwable {
    String group = order[1];
    String command = order[2];
    long end = System.nanoTime() + (long) (Double.parseDouble(order[3]) * 1e6);
    boolean answers = order[4].equals("1");
    int done = 0;
    try (PrintWriter file = new PrintWriter(Files.newBufferedWriter(Path.of(order[5])))) {
      for (Prepared prepared : queries) {
        if (!prepared.group.equals(group)) {
          continue;
        }
        Query query = prepared.query;
        long start = System.nanoTime();
        if (done > 0 && start > end) {
          break;
        }
        long count = -1;
        TopDocs found = null;
        switch (command) {
          case "TOP_10" -> found = top(searcher, query, 10, 10);
          case "TOP_100" -> found = top(searcher, query, 100, 100);
          case "TOP_1000" -> found = top(searcher, query, 1000, 1000);
          case "COUNT" -> count = searcher.count(query);
          case "TOP_10_COUNT" -> {
            found = top(searcher, query, 10, Integer.MAX_VALUE);
            count = (long) TOTAL.invokeExact(found.totalHits);
          }
          default -> throw new IOException("unknown command " + command);
        }
        long spent = System.nanoTime() - start;
        file.print(prepared.number);
        if (answers) {
          answer(file, searcher, count, found);
        }
        file.print("\t" + spent + "\n");
        done++;
      }
    }
    return done;
  }

  /** What is written of an answer: the count or -1, hits, the last score, the first ids and scores. */
  private static void answer(PrintWriter file, IndexSearcher searcher, long count, TopDocs found) throws IOException {
    ScoreDoc[] hits = found == null ? new ScoreDoc[0] : found.scoreDocs;
    file.print("\t" + count + "\t" + hits.length + "\t" + (hits.length == 0 ? 0 : hits[hits.length - 1].score) + "\t");
    StoredFields stored = searcher.getIndexReader().storedFields();
    for (int i = 0; i < hits.length && i < LISTED; i++) {
      file.print((i > 0 ? " " : "") + stored.document(hits[i].doc).get("id") + " " + hits[i].score);
    }
  }

  private static void converse(String index, String path) throws Exception {
    long start = System.nanoTime();
    try (DirectoryReader reader = DirectoryReader.open(FSDirectory.open(Path.of(index)))) {
      IndexSearcher searcher = new IndexSearcher(reader);
      searcher.setQueryCache(null);
      searcher.setSimilarity(SIMILARITY);
      System.out.printf(Locale.ROOT, "open %.6f%n", (System.nanoTime() - start) * 1e-9);
      List<Prepared> queries = new ArrayList<>();
      Analyzer analyzer = analyzer();
      for (String line : Files.readAllLines(Path.of(path))) {
        queries.add(prepare(analyzer, line));
      }
      System.out.println("ready " + queries.size());
      BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = input.readLine(); line != null && !line.equals("quit"); line = input.readLine()) {
        System.out.println("ok " + run(searcher, queries, line.split(" ", 6)));
      }
    } catch (Throwable failure) {
      System.err.println("lucene: " + failure);
      System.exit(3);
    }
  }
}
