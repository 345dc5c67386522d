"""The simulated worlds by name: companies of clearly different kinds, each with an exact best answer."""

from collections.abc import Mapping

from leadscore.simulate.mixed_market import MIXED_MARKET
from leadscore.simulate.plant_maker import PLANT_MAKER
from leadscore.simulate.web_shop import WEB_SHOP
from leadscore.simulate.world import World

WORLDS: Mapping[str, World] = {world.name: world for world in (MIXED_MARKET, WEB_SHOP, PLANT_MAKER)}
