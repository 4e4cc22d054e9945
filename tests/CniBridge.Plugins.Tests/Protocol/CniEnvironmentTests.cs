using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Protocol;

/// <summary>Tests of the variables that each verb needs, and of the order of the errors.</summary>
public sealed class CniEnvironmentTests
{
    static readonly string[] s_verbs = ["ADD", "DEL", "CHECK", "GC", "STATUS", "VERSION"];

    /// <summary>The rows: verb, variable, and whether the verb needs it.</summary>
    public static TheoryData<string, string, bool> Table
    {
        get
        {
            var requiredBy = new Dictionary<string, string[]>
            {
                ["CNI_CONTAINERID"] = ["ADD", "DEL", "CHECK"],
                ["CNI_NETNS"] = ["ADD", "CHECK"],
                ["CNI_IFNAME"] = ["ADD", "DEL", "CHECK"],
                ["CNI_ARGS"] = [],
                ["CNI_PATH"] = ["ADD", "DEL", "CHECK", "GC", "STATUS"],
                ["CNI_NETNS_OVERRIDE"] = [],
            };
            var rows = new TheoryData<string, string, bool>();
            foreach (var verb in s_verbs)
            {
                foreach (var (variable, verbs) in requiredBy)
                    rows.Add(verb, variable, verbs.Contains(verb));
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void A_verb_needs_its_variables_and_no_others(string verb, string variable, bool isRequired)
    {
        var missing = Call.Variables(verb);
        missing.Remove(variable);
        var empty = Call.Variables(verb, (variable, ""));
        foreach (var variables in (Dictionary<string, string>[])[missing, empty])
        {
            if (isRequired)
                AssertRefused(variables, $"required env variables [{variable}] missing", "");
            else
                Assert.Equal(verb, CniEnvironment.Read(variables).CommandName);
        }
    }

    [Fact]
    public void Without_a_verb_only_the_verb_is_reported_missing()
    {
        AssertRefused([], "required env variables [CNI_COMMAND] missing", "");
        AssertRefused(Call.Variables(""), "required env variables [CNI_COMMAND] missing", "");
        AssertRefused(Call.Variables("", ("CNI_CONTAINERID", "a/b"), ("CNI_PATH", "")),
            "required env variables [CNI_COMMAND] missing", "");
    }

    [Theory]
    [InlineData("ADD", "[CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME,CNI_PATH]")]
    [InlineData("DEL", "[CNI_CONTAINERID,CNI_IFNAME,CNI_PATH]")]
    [InlineData("CHECK", "[CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME,CNI_PATH]")]
    [InlineData("GC", "[CNI_PATH]")]
    [InlineData("STATUS", "[CNI_PATH]")]
    public void All_missing_variables_are_reported_at_once_in_order(string verb, string list) =>
        AssertRefused(new Dictionary<string, string> { ["CNI_COMMAND"] = verb }, $"required env variables {list} missing", "");

    [Fact]
    public void An_unknown_verb_needs_nothing() =>
        Assert.Equal("NOPE", CniEnvironment.Read(new Dictionary<string, string> { ["CNI_COMMAND"] = "NOPE" }).CommandName);

    // A bad value ends the check at once, so it wins over missing ones before and after it.
    [Theory]
    [InlineData("CNI_CONTAINERID", "a b", "", "invalid characters in containerID", "a b")]
    [InlineData("CNI_CONTAINERID", "a b", "CNI_NETNS CNI_IFNAME CNI_PATH", "invalid characters in containerID", "a b")]
    [InlineData("CNI_NETNS", "/a\nb", "CNI_CONTAINERID CNI_PATH", "CNI_NETNS contains control characters", "/a\nb")]
    [InlineData("CNI_IFNAME", "..", "CNI_CONTAINERID CNI_NETNS", "interface name is . or ..", "")]
    public void A_bad_value_is_reported_before_missing_ones(string variable, string value, string missing, string message, string details)
    {
        var variables = Call.Variables("ADD", (variable, value));
        foreach (var name in missing.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            variables.Remove(name);
        AssertRefused(variables, message, details);
    }

    [Fact]
    public void The_first_of_two_bad_values_is_reported() =>
        AssertRefused(Call.Variables("ADD", ("CNI_CONTAINERID", "a/b"), ("CNI_IFNAME", "..")),
            "invalid characters in containerID", "a/b");

    [Fact]
    public void An_invalid_value_that_the_verb_does_not_need_is_ignored()
    {
        foreach (var verb in (string[])["GC", "STATUS", "VERSION", "NOPE"])
        {
            var variables = Call.Variables(verb, ("CNI_CONTAINERID", "a/b"), ("CNI_IFNAME", "a/b"), ("CNI_NETNS", "\n"));
            Assert.Equal(verb, CniEnvironment.Read(variables).CommandName);
        }
    }

    [Fact]
    public void Variables_of_other_programs_are_ignored() =>
        Assert.Equal("DEL", CniEnvironment.Read(Call.Variables("DEL", ("CNI_FUTURE", "x"), ("PATH", ""))).CommandName);

    static void AssertRefused(Dictionary<string, string> variables, string message, string details)
    {
        var refusal = Assert.Throws<CniException>(() => CniEnvironment.Read(variables));
        Assert.Equal((CniErrorCode.InvalidEnvironment, message, details), (refusal.Code, refusal.Message, refusal.Details));
    }
}
