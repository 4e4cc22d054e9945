namespace CniBridge.TestRun;

/// <summary>The jobs of a run, in the order in which they start.</summary>
/// <param name="Together">Jobs that run beside each other; the long ones come first, so that none of them is left at the end.</param>
/// <param name="Alone">Jobs that run one after the other, when nothing else runs.</param>
sealed record Plan(IReadOnlyList<Job> Together, IReadOnlyList<Job> Alone)
{
    /// <summary>A process uses three seconds of a processor until its first test runs, so it gets several short classes.</summary>
    const int ClassesOfAJob = 8;

    public static Plan Create(IReadOnlyList<TestClass> all, IReadOnlyList<TestClass> selected)
    {
        List<Job> first = [], whole = [], later = [], alone = [];
        foreach (var project in selected.GroupBy(each => each.Project))
        {
            var size = all.Count(each => each.Project == project.Key);
            var rest = project.Where(each => !each.RunsAlone).ToList();
            alone.AddRange(project.Where(each => each.RunsAlone).Select(each => new Job(project.Key, [each], size == 1)));
            if (!project.Key.IsSplit)
            {
                if (rest.Count > 0)
                    whole.Add(new Job(project.Key, rest, rest.Count == size));
                continue;
            }
            first.AddRange(rest.Where(each => each.Shared is not null).GroupBy(each => each.Shared)
                .Select(group => new Job(project.Key, [.. group], group.Count() == size)));
            rest.RemoveAll(each => each.Shared is not null);
            first.AddRange(rest.Where(each => each.RunsFirst).Select(each => new Job(project.Key, [each], size == 1)));
            rest.RemoveAll(each => each.RunsFirst);
            later.AddRange(rest.Chunk(ClassesOfAJob).Select(classes => new Job(project.Key, classes, classes.Length == size)));
        }
        return new Plan([.. first, .. whole, .. later], alone);
    }
}
