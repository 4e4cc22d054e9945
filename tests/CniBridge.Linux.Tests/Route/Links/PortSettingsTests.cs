using CniBridge.Linux.Route.Links;

namespace CniBridge.Linux.Tests.Route.Links;

public sealed class PortSettingsTests
{
    static IEnumerable<PortSettings> Single => Enum.GetValues<PortSettings>().Except([PortSettings.None, PortSettings.All]);

    [Fact]
    public void All_contains_every_setting() => Assert.Equal(Single, PortSettings.All.Each());

    [Fact]
    public void Every_setting_has_its_own_word()
    {
        var words = Single.Select(setting => setting.ToWord()).ToList();

        Assert.Equal(words.Distinct(), words);
        Assert.Throws<ArgumentOutOfRangeException>(() => PortSettings.All.ToWord());
    }

    [Fact]
    public void An_attribute_of_the_kernel_gives_its_setting()
    {
        Assert.All(Single, setting => Assert.Equal(setting, PortSettingsExtensions.FromAttribute(setting.FirstAttribute())));

        // IFLA_BRPORT_STATE, and numbers of later kernels.
        Assert.Equal(PortSettings.None, PortSettingsExtensions.FromAttribute(1));
        Assert.Equal(PortSettings.None, PortSettingsExtensions.FromAttribute(64 + 4));
        Assert.Equal(PortSettings.None, PortSettingsExtensions.FromAttribute(ushort.MaxValue));
    }

    [Fact]
    public void Settings_are_listed_in_the_order_of_their_attributes()
    {
        Assert.Equal([PortSettings.Hairpin, PortSettings.Isolated], (PortSettings.Isolated | PortSettings.Hairpin).Each());
        Assert.Empty(PortSettings.None.Each());
        Assert.Equal((4, 33), (PortSettings.All.FirstAttribute(), PortSettings.Isolated.FirstAttribute()));
    }
}
