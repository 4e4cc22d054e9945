using System.Globalization;
using CniBridge.CommandLine;
using CniBridge.Node.Inspection;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Output;

/// <summary>The findings of <see cref="Doctor"/> as text and as JSON (docs/doctor.md).</summary>
static class DoctorOutput
{
    internal static ScreenText Text(DoctorReport report)
    {
        var text = new ScreenText();
        foreach (var severity in (ReadOnlySpan<Severity>)[Severity.Error, Severity.Warning])
        {
            foreach (var finding in report.Findings)
            {
                if (finding.Severity == severity)
                    Append(text, finding);
            }
        }
        return text.Append(Summary(report));
    }

    static void Append(ScreenText text, Finding finding)
    {
        var word = WordOf(finding.Severity);
        text.Append(finding.Severity == Severity.Error ? Paint.Bad(word) : Paint.Warning(word))
            .Append($": {Paint.Bold(finding.What)}  {Paint.Faint($"[{finding.Id}]")}\n")
            .Append($"  why: {finding.Why}\n")
            .Append($"  fix: {finding.Fix}\n\n");
    }

    static ScreenText Summary(DoctorReport report)
    {
        if (report.Findings.Count == 0 && report.Omissions.Count == 0)
            return $"{Paint.Good("no problems found")}\n";
        if (report.Findings.Count == 0)
            return $"no problems found in the parts that were checked\n";
        return $"{Plural(report.Count(Severity.Error), "error")}, {Plural(report.Count(Severity.Warning), "warning")}\n";
    }

    static string Plural(int count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");

    static string WordOf(Severity severity) => severity == Severity.Error ? "error" : "warning";

    internal static ScreenText Json(DoctorReport report) => JsonOutput.Object(json =>
    {
        json.WriteStartArray("findings");
        foreach (var finding in report.Findings)
        {
            json.WriteStartObject();
            json.WriteString("id", finding.Id);
            json.WriteString("severity", WordOf(finding.Severity));
            json.WriteString("what", finding.What);
            json.WriteString("why", finding.Why);
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
