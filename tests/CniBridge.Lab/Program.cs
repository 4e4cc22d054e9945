using CniBridge.Lab;
using CniBridge.Lab.Crashes;
using CniBridge.Lab.Routing;

try
{
    if (args is ["crash-matrix", .. var selection])
        return CrashReport.Write(Console.Out, Console.Error, selection) ? 0 : 1;
    if (args is [var wayName, var familyName]
        && Enum.TryParse<Way>(wayName, ignoreCase: true, out var way)
        && Tour.FindFamilies(familyName) is { } families)
        return Tour.Run(way, families, new Transcript(Console.Out)) ? 0 : 1;
    Console.Error.WriteLine("scripts/lab [routes|agent|router|bird|frr] [4|6|dual], or scripts/crash-matrix");
    return 2;
}
catch (LabException e)
{
    Console.Error.WriteLine($"the lab: {e.Message}");
    return 1;
}
