using System.Text.Json;

namespace CniBridge.TestRun;

/// <summary>Reads the messages of one test process and reports classes and failures.</summary>
sealed class JobOutput(Job job, Report report)
{
    readonly Dictionary<string, ClassResult> classes = [];
    readonly Dictionary<string, string> tests = [];

    /// <summary>True when the process said that it has run all its tests.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The classes that began and did not end, with the number of their tests that ended.</summary>
    public IReadOnlyList<ClassResult> Running
    {
        get
        {
            lock (classes)
                return [.. classes.Values];
        }
    }

    public void Read(string line)
    {
        lock (classes)
        {
            try
            {
                using var message = JsonDocument.Parse(line);
                Read(message.RootElement);
            }
            // The process was ended while it wrote the line, or another program wrote into it. A result may be missing.
            catch (JsonException e)
            {
                report.AddError(new Failure(job.Title, $"a line is no message: {e.Message}\n{line}"));
            }
        }
    }

    void Read(JsonElement message)
    {
        switch (message.GetProperty("$type").GetString())
        {
            case "test-class-starting":
                classes[ClassId(message)] = new ClassResult(job.Project, Text(message, "TestClassName"), Time(message, "StartTime"));
                break;
            case "test-starting":
                tests[Text(message, "TestUniqueID")] = Text(message, "TestDisplayName");
                break;
            case "test-passed":
                classes[ClassId(message)].Passed++;
                break;
            case "test-failed":
                classes[ClassId(message)].Failed++;
                report.Add(new Failure(tests[Text(message, "TestUniqueID")], FailureText(message)));
                break;
            case "test-skipped":
                classes[ClassId(message)].Skipped++;
                report.AddSkipped(Text(message, "Reason"));
                break;
            case "test-class-finished":
                if (classes.Remove(ClassId(message), out var result))
                {
                    result.Duration = Time(message, "FinishTime") - result.Begin;
                    report.Add(result);
                }
                break;
            case "test-assembly-finished":
                IsComplete = true;
                break;
            case var type when message.TryGetProperty("StackTraces", out _):
                report.AddError(new Failure($"{job.Title}: {type}", FailureText(message)));
                break;
        }
    }

    static string ClassId(JsonElement message) => Text(message, "TestClassUniqueID");

    static string Text(JsonElement message, string name) => message.GetProperty(name).GetString()!;

    static DateTimeOffset Time(JsonElement message, string name) => message.GetProperty(name).GetDateTimeOffset();

    static string FailureText(JsonElement message)
    {
        var parts = Strings(message, "Messages").Zip(Strings(message, "StackTraces"), (text, stack) => $"{text}\n{stack}").ToList();
        if (message.TryGetProperty("Output", out var output) && output.GetString() is { Length: > 0 } said)
            parts.Add($"Output:\n{said}");
        return string.Join('\n', parts);
    }

    static IEnumerable<string> Strings(JsonElement message, string name) =>
        message.GetProperty(name).EnumerateArray().Select(text => text.GetString() ?? "");
}
