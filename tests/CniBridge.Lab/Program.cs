using CniBridge.Lab;
using CniBridge.Lab.Routing;

if (args is not [var wayName, var familyName]
    || !Enum.TryParse<Way>(wayName, ignoreCase: true, out var way)
    || Tour.FindFamilies(familyName) is not { } families)
{
    Console.Error.WriteLine("scripts/lab [routes|agent|router|bird|frr] [4|6|dual]");
    return 2;
}
try
{
    return Tour.Run(way, families, new Transcript(Console.Out)) ? 0 : 1;
}
catch (LabException e)
{
    Console.Error.WriteLine($"scripts/lab: {e.Message}");
    return 1;
}
