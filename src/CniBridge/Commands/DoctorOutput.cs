using System.Globalization;
using System.Text;
using CniBridge.Node.Inspection;

namespace CniBridge.Commands;

/// <summary>What <see cref="Doctor"/> found, for people and for programs (docs/doctor.md).</summary>
static class DoctorOutput
{
    internal static string Text(DoctorReport report)
    {
        var text = new StringBuilder();
        // What keeps pods from working comes first.
        foreach (var severity in (ReadOnlySpan<Severity>)[Severity.Error, Severity.Warning])
        {
            foreach (var finding in report.Findings)
            {
                if (finding.Kind.Severity == severity)
                    Append(text, finding);
            }
        }
        return text.Append(Summary(report)).ToString();
    }

    static void Append(StringBuilder text, Finding finding)
    {
        var word = WordOf(finding.Kind.Severity);
        text.Append(finding.Kind.Severity == Severity.Error ? Paint.Bad(word) : Paint.Doubtful(word))
            .Append(": ").Append(Paint.Bold(finding.What)).Append("  ").Append(Paint.Faint($"[{finding.Kind.Id}]")).Append('\n')
            .Append("  why: ").Append(finding.Kind.Why).Append('\n')
            .Append("  fix: ").Append(finding.Fix).Append("\n\n");
    }

    static string Summary(DoctorReport report)
    {
        if (report.Findings.Count == 0)
            return report.Omissions.Count == 0 ? Paint.Good("nothing found") + "\n" : "nothing found where one could look\n";
        return $"{Plural(report.Count(Severity.Error), "error")}, {Plural(report.Count(Severity.Warning), "warning")}\n";
    }

    static string Plural(int count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");

    static string WordOf(Severity severity) => severity == Severity.Error ? "error" : "warning";

    internal static string Json(DoctorReport report) => JsonOutput.Object(json =>
    {
        json.WriteStartArray("findings");
        foreach (var finding in report.Findings)
        {
            json.WriteStartObject();
            json.WriteString("id", finding.Kind.Id);
            json.WriteString("severity", WordOf(finding.Kind.Severity));
            json.WriteString("what", finding.What);
            json.WriteString("why", finding.Kind.Why);
            json.WriteString("fix", finding.Fix);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("notChecked");
        foreach (var omission in report.Omissions)
        {
            json.WriteStartObject();
            json.WriteString("what", omission.What);
            json.WriteString("reason", omission.Reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
