using System.Diagnostics;
using System.Globalization;

namespace CniBridge.Lab.Crashes;

/// <summary>The whole matrix, as a page of Markdown.</summary>
static class CrashReport
{
    const string Introduction = """
        # The crash matrix

        Every system call that `bridge` (gateway of both families, `ipMasq`, `macspoofchk`, host-local with a range of each family) and
        `portmap` (two host ports) make in ADD, DEL and GC of a chain is disturbed, one in each run: the process is killed instead of it,
        and in other runs the call fails. Then what a runtime does is done: DEL, ADD and DEL after an ADD; DEL and ADD after a DEL; GC, and
        ADD of what was garbage, after a GC. All of that must succeed, and what `ip`, `nft` and `find` show must be what an undisturbed run
        leaves: links, addresses, routes, tables, rules, elements, reservations, records, any other file, forwarding.

        An ADD that ended with an error ("undone") must have left nothing before anybody called DEL. Who said that it succeeded ("done all
        the same") must have done everything, for a runtime does not come again; only host-local's records of owners, which spare a
        search, may be wrong until the next call. Calls that do not fail have no errno. ADD begins on a node where no plugin ever ran. GC
        is of three attachments: one that is valid, of which nothing may be missing at any moment, one that is not, and one whose namespace
        is gone. Runs differ by some calls, when they wait for the kernel: a place that only one kind of run reached counts once.

        Made by `scripts/crash-matrix`; `scripts/crash-matrix DEL bridge unlink` does one row. The tests do all calls that change
        something, and some of the others each time.
        """;

    /// <summary>False when something was left somewhere; what it was is told on the second output.</summary>
    /// <param name="selection">Verb, plugin, system call: as many as wanted, all without.</param>
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
        errors.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{CrashTable.Summary(places)}, {clock.Elapsed.TotalMinutes:0.0} minutes"));
        return places.All(place => place.Problems.Count == 0);
    }
}
