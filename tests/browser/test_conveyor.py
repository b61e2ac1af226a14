"""Chapter 06's gates in a real JupyterLab: columns over the stations, every hundredth in the mouse's reach."""

import pytest

from seqlearn.plots.conveyor import STATIONS

pytestmark = pytest.mark.browser

SLIDERS = """output => [...output.querySelectorAll(".widget-slider")].map(slider => {
    const {left, right, top} = slider.getBoundingClientRect();
    return {name: slider.querySelector("label").textContent, left, right, top};
})"""


@pytest.fixture(scope="module")
def conveyor(browser):
    shown = browser.open("06_lstm_by_hand.ipynb")
    shown.run_cell(shown.cell_with("ConveyorBelt()"))
    yield shown
    shown.page.set_viewport_size({"width": 1280, "height": 900})
    shown.close()


@pytest.mark.parametrize("width", [800, 1280, 1440])
def test_a_column_of_gates_stands_over_its_station(conveyor, width):
    conveyor.page.set_viewport_size({"width": width, "height": 900})
    output = conveyor.output_of("ConveyorBelt()")
    conveyor.page.wait_for_timeout(300)
    picture = output.locator("img.widget-image").bounding_box()
    assert picture["width"] >= 640, "the numbers in the picture can be read"
    sliders = {slider["name"]: slider for slider in output.evaluate(SLIDERS)}
    for number, (small, x) in enumerate(zip("₁₂₃₄", STATIONS)):
        station = picture["x"] + x / 9.6 * picture["width"]
        column = [sliders[gate + small] for gate in "ifo"]
        assert all(slider["left"] < station < slider["right"] for slider in column), number
        assert column[0]["top"] < column[1]["top"] < column[2]["top"] < picture["y"]
    assert len({sliders[f"f{small}"]["top"] for small in "₁₂₃₄"}) == 1


@pytest.mark.parametrize("width", [1280, 1440])
def test_the_mouse_can_set_every_hundredth(conveyor, width):
    page = conveyor.page
    page.set_viewport_size({"width": width, "height": 900})
    output = conveyor.output_of("ConveyorBelt()")
    page.wait_for_timeout(300)
    slider = output.locator(".widget-slider").filter(has_text="f₃")
    handle = slider.locator(".noUi-handle")
    box, track = handle.bounding_box(), slider.locator(".noUi-target").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    seen = set()
    for x in range(int(track["x"]) - 10, int(track["x"] + track["width"]) + 10):
        page.mouse.move(x, y)
        seen.add(f"{float(handle.get_attribute('aria-valuetext')):.2f}")
    page.mouse.up()
    assert seen == {f"{step / 100:.2f}" for step in range(101)}
