namespace CniBridge.Lab.Crashes;

/// <summary>Comparison of the state after a disturbed run of a step with that of an undisturbed one.</summary>
sealed class ChainJudge(ChainStep step, ChainReport plain)
{
    /// <summary>
    /// The directory of the owner records, which shorten a search and prove that an attachment is gone. A verb that cannot write one
    /// succeeds, and the next verb corrects it.
    /// </summary>
    const string Help = " /var/lib/cni-bridge/owners";

    /// <summary>The directory of the rule records.</summary>
    const string Records = " /run/cni-bridge";

    /// <summary>
    /// The start of a line in the log. An ADD that cannot write a record succeeds like the Go plugins, because only repair needs it. The
    /// next ADD must write it.
    /// </summary>
    const string WithoutRecord = "could not write the record ";

    readonly NodeThings before = plain.State("before");
    readonly NodeThings done = plain.State("after");
    readonly NodeThings repaired = plain.State("repaired");
    readonly NodeThings again = plain.State("again");

    /// <summary>Judges a run. Returns null if the run did not have the call and was not disturbed.</summary>
    public Place? Judge(Injection injection, ChainReport report)
    {
        if (!report.IsInjected)
            return null;
        var ending = EndingOf(report);
        List<string> problems = [.. Manners(report, ending), .. Immediate(report, ending), .. Later(report)];
        if (problems.Count > 0)
            problems.Insert(0, report.Said);
        return new Place(step, injection, ending, problems);
    }

    static Ending EndingOf(ChainReport report) => report.TracedCode switch
    {
        "0" => Ending.Done,
        "1" => Ending.Refused,
        "137" => Ending.Killed,
        _ => Ending.Aborted,
    };

    static IEnumerable<string> Manners(ChainReport report, Ending ending)
    {
        if (report.TracedCode == TimedOut)
            yield return "it did not come to an end";
        if (ending == Ending.Refused && !report.Lines("chain").Contains("\"code\":", StringComparison.Ordinal))
            yield return "it gave no error in JSON";
    }

    /// <summary>The exit code of timeout(1) after its time limit.</summary>
    const string TimedOut = "124";

    /// <summary>Returns the residues before any repair.</summary>
    IEnumerable<string> Immediate(ChainReport report, Ending ending)
    {
        var after = report.State("after");
        // After a success, the runtime does not call again.
        if (ending == Ending.Done)
        {
            return report.Succeeded("chain")
                ? Differences("it succeeded", after, done)
                    .Where(difference => !difference.Contains(Help, StringComparison.Ordinal)
                        && !IsAnnounced(difference, report.Lines("log")))
                : ["it succeeded, but what comes after it in the chain failed"];
        }
        return step.Verb switch
        {
            // Objects that all attachments share stay after the last one.
            "ADD" when ending == Ending.Refused => After("the error", "is left", after.Except(before, repaired)),
            "GC" => After("GC", "is missing", done.Except(after)),
            _ => [],
        };
    }

    IEnumerable<string> Later(ChainReport report)
    {
        foreach (var part in new[] { "before", "repair", "again", "end" })
        {
            if (report.Has(part) && !report.Succeeded(part))
                yield return $"{part} failed: {report.Lines(part)}";
        }
        // An ADD that failed early has not created the remaining objects.
        var found = report.State("repaired");
        var differences = After("the repair", "is left", found.Except(repaired))
            .Concat(step.Verb == "ADD" ? [] : After("the repair", "is missing", repaired.Except(found)))
            .Concat(Differences("ADD again", report.State("again"), again))
            .Concat(report.Has("end") ? Differences("the last DEL", report.State("end"), repaired) : []);
        foreach (var difference in differences)
            yield return difference;
    }

    /// <summary>Returns true if a record or its directory is missing and the log reports it.</summary>
    static bool IsAnnounced(string difference, string log)
    {
        var start = difference.IndexOf(Records, StringComparison.Ordinal);
        return start >= 0 && difference.Contains(" is missing: ", StringComparison.Ordinal) &&
            log.Contains(WithoutRecord + difference[(start + Records.Length)..].TrimStart('/'), StringComparison.Ordinal);
    }

    static IEnumerable<string> Differences(string what, NodeThings found, NodeThings expected) =>
        After(what, "is left", found.Except(expected)).Concat(After(what, "is missing", expected.Except(found)));

    static IEnumerable<string> After(string what, string word, IEnumerable<string> lines) =>
        lines.Select(line => $"after {what} {word}: {line}");
}
