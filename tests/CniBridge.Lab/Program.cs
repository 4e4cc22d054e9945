using CniBridge.Lab;
using CniBridge.Lab.Captures;
using CniBridge.Lab.Crashes;
using CniBridge.Lab.Routing;

try
{
    if (args is ["crash-matrix", .. var selection])
        return CrashReport.Write(Console.Out, Console.Error, selection) ? 0 : 1;
    if (args is ["capture", .. var captured])
    {
        var options = CaptureOptions.Parse(captured);
        // Only a command that reads "-" gets this program's input, which may never end.
        Console.Write(MessageCapture.Create(options, options.Command.Contains("-") ? Console.In.ReadToEnd() : ""));
        return 0;
    }
    if (args is [var wayName, var familyName]
        && Enum.TryParse<Way>(wayName, ignoreCase: true, out var way)
        && Tour.FindFamilies(familyName) is { } families)
        return Tour.Run(way, families, new Transcript(Console.Out, Transcript.AllowsColours)) ? 0 : 1;
    Console.Error.WriteLine("scripts/lab [routes|agent|router|bird|frr] [4|6|dual], scripts/crash-matrix, or scripts/capture");
    return 2;
}
catch (LabException e)
{
    Console.Error.WriteLine($"the lab: {e.Message}");
    return 1;
}
