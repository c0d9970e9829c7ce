/* SPDX-License-Identifier: MIT */
/* Lucene's monitor on the queries and documents of bench/watch/driver.c, with the same output. Its terms are filtered by
 * TermFilteredPresearcher, each query under its rarest-looking term; a match is told without scores (SIMPLE_MATCHER). */
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.TextField;
import org.apache.lucene.monitor.Monitor;
import org.apache.lucene.monitor.MonitorConfiguration;
import org.apache.lucene.monitor.MonitorQuery;
import org.apache.lucene.monitor.QueryMatch;
import org.apache.lucene.monitor.TermFilteredPresearcher;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.QueryBuilder;

public final class Watch {
  static double cpu() {
    var bean = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return bean.getProcessCpuTime() * 1e-9;
  }

  static double wall() { return System.nanoTime() * 1e-9; }

  static long memory() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  static Query query(QueryBuilder builder, String[] parts) {
    Query words = parts[1].equals("phrase") ? builder.createPhraseQuery("text", parts[2])
        : builder.createBooleanQuery("text", parts[2],
              parts[1].equals("all") ? BooleanClause.Occur.MUST : BooleanClause.Occur.SHOULD);
    if (parts.length < 5) return words;
    return new BooleanQuery.Builder()
        .add(words, BooleanClause.Occur.MUST)
        .add(LongPoint.newRangeQuery("size", Long.parseLong(parts[3]), Long.parseLong(parts[4])), BooleanClause.Occur.FILTER)
        .build();
  }

  static long matchAll(Monitor monitor, List<Document> documents, List<String> ids, PrintWriter out) throws Exception {
    long all = 0;
    for (int d = 0; d < documents.size(); d++) {
      var matches = monitor.match(documents.get(d), QueryMatch.SIMPLE_MATCHER);
      all += matches.getMatchCount();
      if (out != null) for (QueryMatch match : matches.getMatches()) out.println(match.getQueryId() + "\t" + ids.get(d));
    }
    return all;
  }

  public static void main(String[] args) throws Exception {
    Analyzer analyzer = new EnglishAnalyzer(CharArraySet.EMPTY_SET);
    var builder = new QueryBuilder(analyzer);
    var configuration = new MonitorConfiguration();
    try (var monitor = new Monitor(analyzer, new TermFilteredPresearcher(), configuration)) {
      long before = memory();
      double begin = cpu();
      List<MonitorQuery> queries = new ArrayList<>();
      try (BufferedReader in = Files.newBufferedReader(Path.of(args[0]))) {
        for (String line; (line = in.readLine()) != null;) {
          String[] parts = line.split("\t");
          queries.add(new MonitorQuery(parts[0], query(builder, parts)));
        }
      }
      int count = queries.size();
      monitor.register(queries);
      queries = null;
      double adding = cpu() - begin;
      long held = memory() - before;
      List<Document> documents = new ArrayList<>();
      List<String> ids = new ArrayList<>();
      long bytes = 0;
      try (BufferedReader in = Files.newBufferedReader(Path.of(args[1]))) {
        for (String line; (line = in.readLine()) != null;) {
          String[] parts = line.split("\t", 3);
          var document = new Document();
          document.add(new TextField("text", parts[2], Field.Store.NO));
          document.add(new LongPoint("size", Long.parseLong(parts[1])));
          documents.add(document);
          ids.add(parts[0]);
          bytes += parts[2].length();
        }
      }
      begin = wall();
      matchAll(monitor, documents, ids, null);
      double first = wall() - begin;
      begin = wall();
      double cpu = cpu();
      long matches = matchAll(monitor, documents, ids, null);
      double seconds = wall() - begin;
      cpu = cpu() - cpu;
      if (args.length > 2) try (var out = new PrintWriter(args[2])) { matchAll(monitor, documents, ids, out); }
      System.out.printf("{\"engine\": \"lucene-monitor\", \"queries\": %d, \"add_s\": %.3f, \"memory_bytes\": %d, "
          + "\"documents\": %d, \"text_bytes\": %d, \"first_s\": %.3f, \"seconds\": %.3f, \"cpu_s\": %.3f, "
          + "\"matches\": %d}%n", count, adding, held, documents.size(), bytes, first, seconds, cpu, matches);
    }
  }
}
