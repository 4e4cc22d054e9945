using System.Diagnostics;
using System.Globalization;

namespace CniBridge.Lab.Crashes;

/// <summary>The whole matrix as a Markdown page.</summary>
static class CrashReport
{
    const string Introduction = """
        # The crash matrix

        The matrix disturbs every system call of `bridge` and `portmap` in ADD, DEL and GC of a chain, one call per run. In one run the process
        is killed instead of the call; in other runs the call fails. `bridge` is a gateway of both families with `ipMasq`, `macspoofchk`, and
        host-local with a range of each family. `portmap` has two host ports.

        Then the runtime's next steps follow: DEL, ADD and DEL after an ADD; DEL and ADD after a DEL; after a GC, a second GC and an ADD of
        the removed attachment. All of them must succeed. Afterwards `ip`, `nft` and `find` must show the same state as after an undisturbed
        run: links, addresses, routes, tables, rules, elements, reservations, records, other files, and forwarding.

        An ADD that failed ("undone") must leave nothing, before any DEL. A call that succeeded ("done all the same") must have done
        everything, because the runtime does not call again. Only host-local's records of owners, which save a search, may be wrong until the
        next call. A row without an errno is a call that never fails. ADD begins on a node where no plugin ever ran. GC has three attachments:
        a valid one, whose parts must exist at every moment; a stale one; and one whose namespace is gone. Some calls occur in some runs only,
        for example when a process waits for the kernel. A place that only one kind of run reached counts once.

        `scripts/crash-matrix` generates this file. `scripts/crash-matrix DEL bridge unlink` runs one row. The tests run all calls that change
        something, and a sample of the others each time.
        """;

    /// <summary>Writes the matrix, and the residues to the second output. Returns false if there are residues.</summary>
    /// <param name="selection">The verb, the plugin and the system call; missing values select all.</param>
    public static bool Write(TextWriter output, TextWriter errors, IReadOnlyList<string> selection)
    {
        var clock = Stopwatch.StartNew();
        var matrix = new CrashMatrix(workers: 2, TextWriter.Synchronized(errors));
        var places = matrix.Run((step, injection) =>
            selection.Zip([step.Verb, step.Plugin, injection.Call]).All(pair => pair.First == pair.Second));
        var kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Split('-', '\n')[0];
        var date = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        output.WriteLine(Introduction);
        output.WriteLine();
        output.WriteLine($"{date}, Linux {kernel}: **{CrashTable.Summary(places)}**.");
        output.WriteLine();
        CrashTable.Write(output, places);
        errors.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{CrashTable.Summary(places)}, {clock.Elapsed.TotalMinutes:0.0} minutes"));
        return places.All(place => place.Problems.Count == 0);
    }
}
